// A path as a list of stops, with who vouches for each step.
import type { Schemas } from '../../api/client';
import { moment } from '../../lib/format';
import { readable } from '../../lib/nodeId';
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

export function PathList({ path }: { path: readonly Step[] }) {
  const start = path[0]?.from;
  if (start === undefined) return null;
  return (
    <ol className="impact-path" aria-label="Path">
      <li>{readable(start).name}</li>
      {path.map((step) => (
        <li key={`${step.from} ${step.to}`} className={step.assumed ? 'is-assumed' : undefined}>
          {readable(step.to).name}
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
