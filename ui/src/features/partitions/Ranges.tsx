// The heat map in words: neighbours of the same status, lane by lane, each of which can be chosen.
import { useMemo, useState } from 'react';
import { StatusMark } from '../../components/Swatch';
import { count, plural } from '../../lib/format';
import type { Status } from '../../lib/partitionStatus';
import { rankOf, statusAt } from '../../lib/partitionStatus';
import type { Run } from './cells';
import { runsOf } from './cells';
import type { Area } from './heatCanvas';
import { shortKey } from '../../lib/partitionKey';
import { valueAt } from './keys';
import type { Partitions } from './usePartitions';

interface Props {
  partitions: Partitions;
  only: readonly Status[];
  chosen: Area | null;
  onChoose: (area: Area) => void;
}

const page = 60;

function isChosen({ row, first, last }: Run, chosen: Area | null): boolean {
  return (
    chosen !== null &&
    chosen.first === first &&
    chosen.last === last &&
    chosen.top === row &&
    chosen.bottom === row
  );
}

function Row({ run, partitions, ...p }: Props & { run: Run }) {
  const { bucket, grid, index } = partitions;
  const value = (offset: number) => valueAt(index, Math.min(offset, index.count - 1)) ?? '–';
  const from = value(run.first * bucket);
  const to = value((run.last + 1) * bucket - 1);
  const lane = shortKey(grid.lanes[run.row]?.key ?? '');
  const chosen = isChosen(run, p.chosen);
  const cells = run.last - run.first + 1;
  const name = `${from}${from === to ? '' : ` to ${to}`}${lane === '' ? '' : `, ${lane}`}`;
  return (
    <tr className={chosen ? 'is-chosen' : undefined}>
      <td>
        <StatusMark status={statusAt(run.rank)} />
      </td>
      {grid.rows > 1 && <td>{lane}</td>}
      <td>{from}</td>
      <td>{from === to ? '' : to}</td>
      <td className="number">{bucket === 1 ? count(cells) : plural(cells, 'cell')}</td>
      <td className="range-choose">
        <button
          type="button"
          className="edit-button"
          aria-pressed={chosen}
          aria-label={`Choose ${name}`}
          onClick={() =>
            p.onChoose({ first: run.first, last: run.last, top: run.row, bottom: run.row })
          }
        >
          Choose
        </button>
      </td>
    </tr>
  );
}

export function Ranges(props: Props) {
  const { partitions, only } = props;
  const [most, setMost] = useState(page);
  const { runs, more } = useMemo(() => {
    const asked = new Set(only.map((status) => rankOf(status)));
    const usual = (rank: number) => rank > (rankOf('current') ?? 0);
    return runsOf(partitions.grid, (rank) => (only.length ? asked.has(rank) : usual(rank)), most);
  }, [partitions, only, most]);
  const about = only.length === 0 ? 'All that is not current' : 'What is shown';
  return (
    <section className="card ranges" aria-label="Ranges">
      <h2>Ranges</h2>
      <p className="quiet">
        {about}, lane by lane: {plural(runs.length + more, 'range')}.
      </p>
      {runs.length === 0 ? (
        <p className="note note-good">Nothing: every partition is current.</p>
      ) : (
        <div className="scroll-x">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Status</th>
                {partitions.grid.rows > 1 && <th scope="col">Lane</th>}
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" className="number">
                  Partitions
                </th>
                <th scope="col">
                  <span className="visually-hidden">Choose</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <Row key={`${run.row} ${run.first}`} run={run} {...props} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more > 0 && (
        <button type="button" className="button" onClick={() => setMost((n) => n * 4)}>
          More ({count(more)} are not listed)
        </button>
      )}
    </section>
  );
}
