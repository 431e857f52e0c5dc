// Heat map, legend, ranges and what is chosen, wherever they stand.
import { useMemo, useState } from 'react';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { count, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { rankOf } from '../../lib/partitionStatus';
import type { PartitionsState } from '../../lib/partitionUrl';
import { areaOfKeys, cellOfKey, keyOfCell, keysOfArea, onlyRanks } from './choice';
import { Chosen } from './Chosen';
import { Explained } from './Explained';
import type { Area } from './heatCanvas';
import { HeatMap } from './HeatMap';
import type { Cell } from './heatView';
import { Legend } from './Legend';
import { Ranges } from './Ranges';
import type { GridState, Partitions } from './usePartitions';

export type Change = (more: Partial<PartitionsState>) => void;

interface Props {
  nodeId: string;
  state: PartitionsState;
  grid: GridState;
  compact?: boolean;
  change: Change;
}

function Bucketed({ partitions, change, state }: Props & { partitions: Partitions }) {
  if (partitions.bucket === 1 && state.first === null && state.last === null) return null;
  return (
    <p className="note note-plain heat-note">
      {partitions.bucket > 1 && (
        <span>
          Each cell stands for {plural(partitions.bucket, 'partition')} and shows the worst of them.
          Choose some to look closer.
        </span>
      )}
      {(state.first !== null || state.last !== null) && (
        <button
          type="button"
          className="button"
          onClick={() => change({ first: null, last: null, from: null, to: null, cell: null })}
        >
          Back to all of it
        </button>
      )}
    </p>
  );
}

function Shown({ partitions, ...p }: Props & { partitions: Partitions }) {
  const { state, change, nodeId, compact } = p;
  const { grid } = partitions;
  const onlyText = state.only.join();
  const shown = useMemo(() => {
    const only = onlyText === '' ? [] : onlyText.split(',');
    return only.length === 0 ? grid : onlyRanks(grid, new Set(only.map((s) => rankOf(s) ?? 0)));
  }, [grid, onlyText]);
  const picked = useMemo(() => cellOfKey(partitions, state.cell), [partitions, state.cell]);
  const chosen = useMemo(
    () => areaOfKeys(partitions, state.from, state.to),
    [partitions, state.from, state.to],
  );
  const [cursor, setCursor] = useState<Cell | null>(picked);
  const pick = (cell: Cell) => {
    setCursor(cell);
    change({ cell: keyOfCell(partitions, cell, 'first') });
  };
  const choose = (area: Area | null) =>
    change(area ? keysOfArea(partitions, area) : { from: null, to: null });
  return (
    <>
      <Bucketed partitions={partitions} {...p} />
      <HeatMap
        partitions={partitions}
        shown={shown}
        compact={compact}
        label={`Partitions of ${readable(nodeId).name}: ${count(grid.columns)} in ${plural(grid.rows, 'lane')}`}
        cursor={cursor}
        chosen={chosen}
        onCursor={setCursor}
        onPick={pick}
        onChoose={choose}
      />
      <Legend grid={grid} only={state.only} onOnly={(only) => change({ only })} />
      <div className={compact ? 'heat-more is-compact' : 'heat-more'}>
        {(chosen || state.cell !== null) && (
          <div className="heat-side">
            {chosen && (
              <Chosen
                state={state}
                nodeId={nodeId}
                partitions={partitions}
                area={chosen}
                onClear={() => choose(null)}
              />
            )}
            {state.cell !== null && (
              <Explained
                nodeId={nodeId}
                partition={state.cell}
                environment={state.environment}
                bucket={partitions.bucket}
                onClose={() => change({ cell: null })}
              />
            )}
          </div>
        )}
        {!compact && (
          <Ranges partitions={partitions} only={state.only} chosen={chosen} onChoose={choose} />
        )}
      </div>
    </>
  );
}

export function PartitionsView(props: Props) {
  const { partitions, answer, resource, defect } = props.grid;
  if (resource.problem) {
    return <ProblemNote problem={resource.problem} onRetry={resource.reload} />;
  }
  if (defect !== null) {
    return (
      <p className="note note-error" role="alert">
        {defect}
      </p>
    );
  }
  if (!partitions) return <Loading what="partitions" />;
  if (partitions.grid.rows * partitions.grid.columns === 0) {
    return <p className="note note-plain">No partition is known yet, and none is expected.</p>;
  }
  return (
    <>
      {answer && <Incomplete answer={answer} />}
      <Shown {...props} partitions={partitions} />
    </>
  );
}
