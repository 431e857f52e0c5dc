// Runs that wrote the dataset and did not say which of its partitions: no verdict knows of them.
import { api, ask } from '../../api/client';
import { Icon } from '../../components/Icons';
import { NodeName, RunName } from '../../components/RootCause';
import { moment, plural } from '../../lib/format';
import { useResource } from '../../lib/useResource';

export function Unattributed({ nodeId }: { nodeId: string }) {
  const found = useResource(nodeId, (signal) =>
    ask(api.GET('/partitions/unattributed', { params: { query: { nodeId } }, signal })),
  );
  const answer = found.loading ? undefined : found.data;
  if (!answer || answer.runs.length === 0) return null;
  return (
    <section className="note note-warn unattributed" aria-label="Runs that name no partition">
      <Icon name="warn" size={18} />
      <div>
        <strong>
          {plural(answer.runs.length, 'run')} wrote this table without saying which partitions.
        </strong>{' '}
        They stay as they were, though their data may be new.
        <details>
          <summary>Which runs</summary>
          {answer.cut && (
            <p>
              Among the newest {plural(answer.looked_at, 'run')} of its writers;{' '}
              {plural(answer.cut.frontier_count, 'older one')} were not looked at.
            </p>
          )}
          <ul className="reads">
            {answer.runs.map((run) => (
              <li key={`${run.job ?? ''} ${run.run}`}>
                <RunName id={run.run} /> {run.job && <NodeName id={run.job} />}{' '}
                <span className="quiet">{moment(run.ended_at)}</span>
              </li>
            ))}
          </ul>
        </details>
      </div>
    </section>
  );
}
