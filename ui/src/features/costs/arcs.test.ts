import { describe, expect, it } from 'vitest';
import { arcOf, arcPath, icicle, piecesOf, slabOf, stepFrom, sunburst } from './arcs';
import type { CostNode } from './useCosts';

function leaf(name: string, value: number, children: CostNode[] = []): CostNode {
  return { name, key: `k:${name}`, value, share: 0, children };
}

const tree: CostNode = {
  ...leaf('all', 100, [
    leaf('a', 60, [leaf('a1', 40), leaf('a2', 20)]),
    leaf('b', 30, [leaf('b1', 30)]),
  ]),
  other: { count: 7, value: 10 },
};
const { pieces, depth, flat } = piecesOf(tree);
const names = pieces.map((p) => p.name);
const at = (name: string) => names.indexOf(name);

describe('pieces', () => {
  it('lie ring by ring, each within what it is part of', () => {
    expect(names).toEqual(['all', 'a', 'b', '7 others', 'a1', 'a2', 'b1']);
    expect(depth).toBe(2);
    expect(flat).toBe(0);
    for (const piece of pieces.slice(1)) {
      const parent = pieces[piece.parent]!;
      expect(piece.start).toBeGreaterThanOrEqual(parent.start);
      expect(piece.end).toBeLessThanOrEqual(parent.end + 1e-12);
      expect(piece.end - piece.start).toBeCloseTo(piece.value / 100, 12);
    }
  });

  it('know their way, their colour and their place', () => {
    expect(pieces[at('a2')]).toMatchObject({
      keys: ['k:a', 'k:a2'],
      hue: 0,
      position: 2,
      siblings: 2,
    });
    expect(pieces[at('b1')]).toMatchObject({ hue: 1, depth: 2 });
    expect(pieces[at('7 others')]).toMatchObject({ node: null, others: 7 });
    expect(new Set(pieces.map((p) => p.id)).size).toBe(pieces.length);
  });

  it('leave out what is nothing or less, count it, and stay within the whole', () => {
    const credit = piecesOf(leaf('all', 50, [leaf('a', 80), leaf('b', -30), leaf('c', 0)]));
    expect(credit.pieces.map((p) => p.name)).toEqual(['all', 'a']);
    expect(credit.flat).toBe(2);
    expect(credit.pieces[1]).toMatchObject({ start: 0, end: 1 });
  });

  it('leave a gap where parts are less than the whole', () => {
    const [, a] = piecesOf(leaf('all', 100, [leaf('a', 25)])).pieces;
    expect(a).toMatchObject({ start: 0, end: 0.25 });
  });
});

describe('arrows', () => {
  const to = (name: string, step: Parameters<typeof stepFrom>[2]) =>
    names[stepFrom(pieces, at(name), step)];

  it('go along a ring and round it', () => {
    expect(to('a', 'next')).toBe('b');
    expect(to('a', 'previous')).toBe('7 others');
    expect(to('7 others', 'next')).toBe('a');
    expect(to('a2', 'next')).toBe('b1');
    expect(to('all', 'next')).toBe('all');
  });

  it('go in and out, and stay where there is nothing', () => {
    expect(to('a2', 'in')).toBe('a');
    expect(to('all', 'in')).toBe('all');
    expect(to('b', 'out')).toBe('b1');
    expect(to('a1', 'out')).toBe('a1');
    expect(to('7 others', 'out')).toBe('7 others');
  });

  it('go to the ends of the siblings', () => {
    expect(to('a1', 'last')).toBe('a2');
    expect(to('7 others', 'first')).toBe('a');
  });

  it('begin at the root if the place is gone', () => {
    expect(stepFrom(pieces, 99, 'next')).toBe(0);
  });
});

describe('outlines', () => {
  it('are sectors of rings', () => {
    expect(arcPath(10, 20, 0, 0.25)).toBe('M0 -20A20 20 0 0 1 20 0L10 0A10 10 0 0 0 0 -10Z');
    expect(arcPath(10, 20, 0, 0.75)).toContain('A20 20 0 1 1 -20 0');
    expect(arcPath(0, 20, 0, 0.25)).toBe('M0 -20A20 20 0 0 1 20 0L0 0Z');
  });

  it('close around the whole turn', () => {
    expect(arcPath(10, 20, 0, 1)).toBe(
      'M0 -20A20 20 0 1 1 0 20A20 20 0 1 1 0 -20Z' + 'M0 -10A10 10 0 1 0 0 10A10 10 0 1 0 0 -10Z',
    );
  });

  it('reach the rim in the last ring, and only what is wide enough has a label', () => {
    const outer = arcOf(pieces[at('a1')]!, depth);
    expect(outer.d).toContain(`A${sunburst.radius} ${sunburst.radius}`);
    expect(outer.label).not.toBeNull();
    const thin = piecesOf(leaf('all', 10_000, [leaf('x', 1), leaf('y', 9_999)])).pieces[1]!;
    expect(arcOf(thin, 1).label).toBeNull();
    expect(arcOf(pieces[0]!, depth).label).toBeNull();
  });

  it('of labels are never upside down', () => {
    for (const piece of pieces.slice(1)) {
      const { label } = arcOf(piece, depth);
      const turn = ((label!.turn % 360) + 360) % 360;
      expect(turn <= 90 || turn >= 270).toBe(true);
    }
  });

  it('of labels go along what is longer than wide, from left to right', () => {
    const { pieces: two } = piecesOf(leaf('all', 100, [leaf('right', 30), leaf('rest', 70)]));
    const halves = [0.85, 0.02, 0.4, 0.6].map((start) => ({ ...two[1]!, start, end: start + 0.2 }));
    for (const piece of halves) {
      const { label } = arcOf(piece, 1);
      const [, x1, x2] = /^M(\S+) \S+A.* (\S+) \S+$/.exec(label!.along!)!;
      expect(Number(x1)).toBeLessThan(Number(x2));
    }
    // A thin piece of a broad ring has its name across.
    expect(arcOf({ ...two[1]!, start: 0.5, end: 0.52 }, 1).label?.along).toBeNull();
  });

  it('are slabs in an icicle, as high as they are of the whole', () => {
    expect(slabOf(pieces[0]!, 2).d).toBe(`M0 0h${icicle.root}v${icicle.height}h${-icicle.root}Z`);
    expect(slabOf(pieces[at('b')]!, 2).d).toContain(`v${icicle.height * 0.3}`);
    const thin = piecesOf(leaf('all', 10_000, [leaf('x', 1), leaf('y', 9_999)])).pieces[1]!;
    expect(slabOf(thin, 1).label).toBeNull();
  });
});
