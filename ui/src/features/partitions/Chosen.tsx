// What was chosen on the heat map, and what can be done with it.
import { StatusMark } from '../../components/Swatch';
import { count, plural } from '../../lib/format';
import { statusAt } from '../../lib/partitionStatus';
import type { PartitionsState } from '../../lib/partitionUrl';
import { newPlanHref, partitionsHref } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import { keysOfArea, tallyOf } from './choice';
import type { Area } from './heatCanvas';
import { rangeText } from '../../lib/partitionKey';
import type { Partitions } from './usePartitions';

interface Props {
  state: PartitionsState;
  nodeId: string;
  partitions: Partitions;
  area: Area;
  onClear: () => void;
}

export function Chosen({ state, nodeId, partitions, area, onClear }: Props) {
  const { from, to } = keysOfArea(partitions, area);
  const lanes = area.bottom - area.top + 1;
  const tally = [...tallyOf(partitions.grid, area)]
    .filter(([rank]) => rank > 0)
    .sort(([a], [b]) => b - a);
  const plan = newPlanHref({ nodeIds: [nodeId], environment: state.environment, from, to });
  return (
    <section className="card chosen" aria-label="Chosen">
      <header className="card-head">
        <h2>{from === null || to === null ? 'Chosen' : rangeText(from, to)}</h2>
        <button type="button" className="edit-button" onClick={onClear}>
          Clear
        </button>
      </header>
      <p className="quiet">
        {plural(area.last - area.first + 1, partitions.bucket === 1 ? 'partition' : 'cell')}
        {lanes > 1 && ` in each of ${plural(lanes, 'lane')}`}
      </p>
      <ul className="status-list" aria-label="Chosen partitions by status">
        {tally.map(([rank, n]) => (
          <li key={rank}>
            <StatusMark status={statusAt(rank)} /> {count(n)}
          </li>
        ))}
      </ul>
      <p className="card-actions">
        <Link className="button button-strong" href={plan}>
          Plan from these
        </Link>
        {partitions.bucket > 1 && (
          <Link
            className="button"
            href={partitionsHref({ ...state, first: from, last: to, from: null, to: null })}
          >
            Look closer
          </Link>
        )}
      </p>
    </section>
  );
}
