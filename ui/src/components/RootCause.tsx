// The change that made a partition stale, in a sentence.
import type { Schemas } from '../api/client';
import { versionText } from '../lib/codeVersion';
import { lineageHref } from '../lib/lineageUrl';
import { readable, shorten } from '../lib/nodeId';
import { inboxHref } from '../lib/partitionUrl';
import { shortKey } from '../lib/partitionKey';
import { Link } from '../lib/router';

export function NodeName({ id }: { id: string }) {
  return <Link href={lineageHref(id)}>{readable(id).name}</Link>;
}

export function RunName({ id }: { id: string | null }) {
  if (id === null) return null;
  return (
    <Link className="mono" href={`/runs/${encodeURIComponent(id)}`}>
      {/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id) ? id.slice(0, 8) : shorten(id, 28)}
    </Link>
  );
}

export function Version({ version }: { version: string | null }) {
  return (
    <span className="mono version" title={version ?? undefined}>
      {versionText(version)}
    </span>
  );
}

function Versions({ from, to }: { from: string | null; to: string | null }) {
  if (from === null || to === null) return null;
  return (
    <>
      {' '}
      from <Version version={from} /> to <Version version={to} />
    </>
  );
}

export function RootCause({ root }: { root: Schemas['ExplanationRoot'] }) {
  return (
    <p className="root-cause">
      {root.kind === 'code' ? (
        <>
          The code of {root.job && <NodeName id={root.job} />} changed
          <Versions from={root.from} to={root.to} />.
        </>
      ) : (
        <>
          {root.nodeId && <NodeName id={root.nodeId} />}
          {root.key ? <span className="mono"> {shortKey(root.key)}</span> : ''} was written again
          {root.run && (
            <>
              {' '}
              by run <RunName id={root.run} />
            </>
          )}
          .
        </>
      )}{' '}
      {root.change_id !== null && (
        <Link href={inboxHref({ status: 'all', open: root.change_id })}>Decide on this change</Link>
      )}
    </p>
  );
}
