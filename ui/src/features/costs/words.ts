// Costs in words.
import type { Dimension, HotDimension, Period } from '../../lib/costUrl';
import type { Unit } from '../../lib/measures';
import { changeText, quantity, share } from '../../lib/measures';
import type { Piece } from './arcs';

export const dimensionTexts: Record<Dimension, string> = {
  owner: 'Owner',
  namespace: 'Namespace',
  job: 'Job',
  dataset: 'Dataset',
  consumer: 'Consumer',
  consumer_type: 'Kind of consumer',
  tag: 'Tag',
  day: 'Day',
  week: 'Week',
  month: 'Month',
};

export const manyTexts: Record<HotDimension, string> = {
  job: 'jobs',
  dataset: 'datasets',
  owner: 'owners',
  namespace: 'namespaces',
};

export const oneTexts: Record<HotDimension, string> = {
  job: 'job',
  dataset: 'dataset',
  owner: 'owner',
  namespace: 'namespace',
};

export const periodTexts: Record<Period, string> = { day: 'Day', week: 'Week', month: 'Month' };

// What of an answer is needed to write its values.
export interface Scale {
  measure: string;
  unit: Unit;
  total: number;
  comparing: boolean;
}

// The root of all is called "total" by the server.
export function nameOf(piece: Pick<Piece, 'depth' | 'name' | 'node'>): string {
  return piece.depth === 0 && piece.node?.key === '' ? 'All' : piece.name;
}

// "orders, 12.50 USD, 25% of all": what is heard of a piece, and read below the picture.
export function pieceText(piece: Piece, scale: Scale): string {
  const parts = [
    nameOf(piece),
    quantity(piece.value, scale.measure, scale.unit),
    `${share(piece.value, scale.total)} of all`,
  ];
  if (scale.comparing) {
    const before = piece.before ?? 0;
    const was = quantity(before, scale.measure, scale.unit);
    parts.push(`${changeText(piece.value, before)}, before ${was}`);
  }
  return parts.join(', ');
}

// Up and down by sign, so that colour is not needed.
export function changeSign(value: number, before: number): string {
  if (value === before) return '=';
  return value > before ? '+' : '−';
}
