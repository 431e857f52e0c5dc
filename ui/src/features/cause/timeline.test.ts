import { expect, it } from 'vitest';
import { causeOf } from './fixtures';
import { lanes, spanOf } from './timeline';
import { stepsOf } from './useCause';

const span = spanOf({ from: '2026-10-02T00:00:00Z', at: '2026-10-04T00:00:00Z' });

it('gives each kind a lane, and marks that meet a row of their own', () => {
  const causes = [
    causeOf({ rank: 1, kind: 'run_failed', at: '2026-10-03T00:00:00Z' }),
    causeOf({ rank: 2, kind: 'code_version', at: '2026-10-02T00:00:00Z' }),
    causeOf({ rank: 3, kind: 'run_failed', at: '2026-10-03T01:00:00Z' }),
    causeOf({ rank: 4, kind: 'run_failed', at: '2026-10-03T18:00:00Z' }),
  ];
  const result = lanes(causes, span, 0.1);
  expect(result.map((l) => [l.kind, l.rows])).toEqual([
    ['code_version', 1],
    ['run_failed', 2],
  ]);
  expect(result[1]?.marks.map((m) => [m.cause.rank, m.row])).toEqual([
    [1, 0],
    [3, 1],
    [4, 0],
  ]);
  expect(result[1]?.marks[0]?.share).toBeCloseTo(0.5);
});

it('draws what lasted as long as it lasted', () => {
  const late = causeOf({
    kind: 'run_late',
    at: '2026-10-02T12:00:00Z',
    until: '2026-10-03T00:00:00Z',
  });
  const mark = lanes([late], span, 0.05)[0]?.marks[0];
  expect([mark?.share, mark?.end]).toEqual([0.25, 0.5]);
});

it('a cause in the node itself is a path of one node', () => {
  const own = causeOf({ nodeId: 'dataset:n:a', path: [] });
  expect(stepsOf(own)).toEqual([{ from: 'dataset:n:a', to: 'dataset:n:a' }]);
});
