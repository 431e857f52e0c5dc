// What was paid for and read by nobody, or was there already.
import { useState } from 'react';
import { ApiProblem } from '../../api/client';
import { Icon } from '../../components/Icons';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import type { CostState } from '../../lib/costUrl';
import type { Cell } from '../../lib/csv';
import { csv } from '../../lib/csv';
import { saveBlob } from '../../lib/download';
import { count, plural } from '../../lib/format';
import { exactly, measureTexts, quantity, share } from '../../lib/measures';
import { readable } from '../../lib/nodeId';
import { NothingHere } from './Nothing';
import type { Times, Wasted, WasteAnswer, WasteList } from './useCosts';
import { allWaste, useWaste } from './useCosts';

interface Props {
  state: CostState;
  times: Times;
  change: (more: Partial<CostState>) => void;
}

const lists = ['unread', 'feeds_only_unread', 'rewrites'] as const;
type ListName = (typeof lists)[number];

const titles: Record<ListName, string> = {
  unread: 'Read by nobody',
  feeds_only_unread: 'Read only for what nobody reads',
  rewrites: 'Written again as it was',
};

const whys: Record<ListName, string> = {
  unread: 'No run read it and no consumer used it in the interval.',
  feeds_only_unread: 'Runs read it, but all that they made of it was read by nobody.',
  rewrites: 'Runs wrote partitions with the content that was there before.',
};

function why(name: ListName, { runs = 0, partitions = 0 }: Wasted): string {
  if (name === 'unread') return 'nobody read it';
  if (name === 'feeds_only_unread') return 'feeds only what nobody reads';
  return `${plural(runs, 'run')} wrote ${plural(partitions, 'partition')} as ${partitions === 1 ? 'it was' : 'they were'}`;
}

export function wasteRows(pages: readonly WasteAnswer[]): Cell[][] {
  const first = pages[0];
  if (!first) return [];
  const unit = first.unit.currency || first.unit.name;
  const head = ['why', 'nodeId', 'name', first.measure, 'scale', 'unit', 'runs', 'partitions'];
  return [
    head,
    ...lists.flatMap((name) =>
      pages.flatMap((page) =>
        page[name].items.map((item): Cell[] => [
          name,
          item.nodeId ?? '',
          item.name,
          item.value,
          first.unit.scale,
          unit,
          item.runs ?? null,
          item.partitions ?? null,
        ]),
      ),
    ),
  ];
}

function Download({ state, times }: Omit<Props, 'change'>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const download = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const text = csv(wasteRows(await allWaste(state, times)));
      saveBlob(`waste-${state.measure}.csv`, new Blob([text], { type: 'text/csv' }));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        className="button"
        title="All three lists as a table"
        disabled={busy}
        onClick={() => void download()}
      >
        <Icon name="download" /> {busy ? 'Writing …' : 'CSV'}
      </button>
      {problem && <ProblemNote problem={problem} />}
    </>
  );
}

interface ListProps {
  name: ListName;
  first: WasteAnswer;
  list: WasteList;
  items: readonly Wasted[];
}

function List({ name, first, list, items }: ListProps) {
  const { measure, unit, total } = first;
  return (
    <section className="waste-list" aria-label={titles[name]}>
      <div className="card-head">
        <h2>{titles[name]}</h2>
        <span title={exactly(list.value, unit)}>
          <strong>{quantity(list.value, measure, unit)}</strong>{' '}
          <span className="quiet">{share(list.value, total)} of all</span>
        </span>
      </div>
      <p className="quiet">{whys[name]}</p>
      {items.length === 0 ? (
        <p className="note note-good">Nothing.</p>
      ) : (
        <div className="table-card">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Dataset</th>
                <th scope="col" className="number">
                  {measureTexts[measure as keyof typeof measureTexts] ?? measure}
                </th>
                <th scope="col" className="number">
                  Share
                </th>
                <th scope="col" className="wide-only">
                  Why
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.key}>
                  <th scope="row">
                    {item.nodeId ? (
                      <NodeLink {...readable(item.nodeId)} id={item.nodeId} />
                    ) : (
                      item.name
                    )}
                    <span className="narrow-only quiet">{why(name, item)}</span>
                  </th>
                  <td className="number" title={exactly(item.value, unit)}>
                    {quantity(item.value, measure, unit)}
                  </td>
                  <td className="number">{share(item.value, total)}</td>
                  <td className="wide-only">{why(name, item)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.totalCount > items.length && (
        <p className="quiet">
          The {count(items.length)} largest of {count(list.totalCount)}.
        </p>
      )}
    </section>
  );
}

// Nothing was booked, so nothing was wasted: no reason to be glad.
function isEmpty(answer: WasteAnswer): boolean {
  return answer.total === 0 && lists.every((name) => answer[name].totalCount === 0);
}

export function Waste({ state, times, change }: Props) {
  const answer = useWaste(state, times);
  const first = answer.pages[0];
  return (
    <div className="costs-body">
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what="waste" />}
      {first && isEmpty(first) && <NothingHere state={state} times={times} change={change} />}
      {first && !isEmpty(first) && (
        <>
          <Incomplete answer={first} />
          <div className="card-actions">
            <Download state={state} times={times} />
            <span className="quiet">One cost may stand in two lists.</span>
          </div>
          {lists.map((name) => (
            <List
              key={name}
              name={name}
              first={first}
              list={first[name]}
              items={answer.pages.flatMap((page) => page[name].items)}
            />
          ))}
          {answer.more && (
            <button
              type="button"
              className="button"
              disabled={answer.loading}
              onClick={answer.more}
            >
              Load more
            </button>
          )}
        </>
      )}
    </div>
  );
}
