// A path as a list of stops, with who vouches for each step.
import type { Schemas } from '../../api/client';
import { moment } from '../../lib/format';
import { readable, shownAs } from '../../lib/nodeId';
import { Link } from '../../lib/router';

type Step = Schemas['PathStep'];

function Evidence({ step }: { step: Step }) {
  const { evidence } = step;
  if (!evidence) return null;
  const run = evidence.runs?.[0];
  return (
    <span className="path-evidence quiet">
      {evidence.facet && <>from {evidence.facet}</>}
      {evidence.last_seen && <> · last seen {moment(evidence.last_seen)}</>}
      {run && (
        <>
          {' · '}
          <Link className="mono" href={`/runs/${encodeURIComponent(run)}`}>
            run {run.slice(0, 8)}
          </Link>
        </>
      )}
    </span>
  );
}

function nameOf(id: string): string {
  const { type, namespace, name } = readable(id);
  return shownAs(type, namespace, name).name;
}

export function PathList({ path }: { path: readonly Step[] }) {
  const start = path[0]?.from;
  if (start === undefined) return null;
  return (
    <ol className="impact-path" aria-label="Path">
      <li>{nameOf(start)}</li>
      {path.map((step) => (
        <li key={`${step.from} ${step.to}`} className={step.assumed ? 'is-assumed' : undefined}>
          {nameOf(step.to)}
          <span className="quiet">
            {' '}
            {step.kind.replaceAll('_', ' ')}
            {step.assumed && ', assumed'}
          </span>
          <Evidence step={step} />
        </li>
      ))}
    </ol>
  );
}
