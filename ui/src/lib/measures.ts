// What runs use, in the base units of the ledger (docs/cost-rules.md), for people.
import { bytes, duration } from './format';

export const measures = [
  'amount',
  'runs',
  'duration_ms',
  'slot_ms',
  'cpu_seconds',
  'gpu_seconds',
  'memory_gb_seconds',
  'bytes_scanned',
  'bytes_billed',
  'bytes_written',
  'rows_written',
  'energy_wh',
  'co2_g',
] as const;
export type Measure = (typeof measures)[number];

export const measureTexts: Record<Measure, string> = {
  amount: 'Amount',
  runs: 'Runs',
  duration_ms: 'Duration',
  slot_ms: 'Slot time',
  cpu_seconds: 'CPU time',
  gpu_seconds: 'GPU time',
  memory_gb_seconds: 'Memory',
  bytes_scanned: 'Bytes scanned',
  bytes_billed: 'Bytes billed',
  bytes_written: 'Bytes written',
  rows_written: 'Rows written',
  energy_wh: 'Energy',
  co2_g: 'CO₂',
};

// Of the values of an answer: `scale` of them make one whole.
export interface Unit {
  name: string;
  scale: number;
  currency?: string | null;
}

function decimal(n: number, most: number): string {
  return n.toLocaleString('en', { maximumFractionDigits: most });
}

// Two digits behind the point; six, as the ledger has them, where two would say nothing.
function money(n: number, currency: string): string {
  const text =
    n >= 0.01 || n === 0
      ? n.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
      : n.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 6 });
  return currency === '' ? text : `${text} ${currency}`;
}

// 1,234 g is 1.234 kg: the largest unit of which there is at least one.
function stepped(n: number, units: readonly string[]): string {
  let value = n;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 6;
  return `${decimal(value, digits)} ${units[at] ?? ''}`.trim();
}

function time(ms: number): string {
  return ms > 0 && ms < 1 ? '< 1 ms' : duration(ms);
}

function large(n: number): string {
  return n < 100_000
    ? decimal(n, 0)
    : n.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 2 });
}

function positive(n: number, measure: string, unit: Unit): string {
  switch (measure) {
    case 'amount':
      return money(n, unit.currency ?? '');
    case 'duration_ms':
    case 'slot_ms':
      return time(n);
    case 'cpu_seconds':
    case 'gpu_seconds':
      return time(n * 1000);
    case 'memory_gb_seconds':
      return n >= 3600 ? `${decimal(n / 3600, 2)} GB h` : `${decimal(n, n < 10 ? 3 : 0)} GB s`;
    case 'bytes_scanned':
    case 'bytes_billed':
    case 'bytes_written':
      return bytes(n);
    case 'rows_written':
      return `${large(n)} ${n === 1 ? 'row' : 'rows'}`;
    case 'energy_wh':
      return stepped(n, ['Wh', 'kWh', 'MWh', 'GWh']);
    case 'co2_g':
      return stepped(n, ['g', 'kg', 't']);
    case 'runs':
      return `${decimal(n, n < 100 ? 2 : 0)} ${n === 1 ? 'run' : 'runs'}`;
    default:
      return `${decimal(n, 2)} ${unit.name}`.trim();
  }
}

// Of base units. Credits are below zero.
export function quantity(value: number, measure: string, unit: Unit): string {
  const whole = Math.abs(value) / (unit.scale > 0 ? unit.scale : 1);
  return `${value < 0 ? '−' : ''}${positive(whole, measure, unit)}`;
}

// Of whole units; `unit` is the currency of amounts.
export function wholeQuantity(value: number, measure: string, unit: string): string {
  return quantity(value, measure, { name: unit, scale: 1, currency: unit });
}

// The value itself, for who must compare it digit by digit: "1,234,567 base units, 1,000,000 of
// which are 1 USD".
export function exactly(value: number, unit: Unit): string {
  const sign = value < 0 ? '−' : '';
  const digits = Math.abs(value).toLocaleString('en', { maximumFractionDigits: 0 });
  const name = unit.currency || unit.name;
  if (unit.scale <= 1) return `${sign}${digits} ${name}`.trim();
  return `${sign}${digits} millionths of ${name}`.trim();
}

// With two decimals. What is not nothing is never written as nothing, nor what is not all as all.
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (part !== 0 && Math.abs(percent) < 0.005) return percent < 0 ? '> −0.01%' : '< 0.01%';
  if (part !== whole && Math.abs(percent - 100) < 0.005)
    return percent < 100 ? '> 99.99%' : '> 100%';
  return `${percent < 0 ? '−' : ''}${Math.abs(percent).toFixed(2).replace(/\.00$/, '')}%`;
}

export type Trend = 'new' | 'gone' | 'much_more' | 'more' | 'same' | 'less' | 'much_less';

export const trends: readonly Trend[] = [
  'new',
  'much_more',
  'more',
  'same',
  'less',
  'much_less',
  'gone',
];

export const trendTexts: Record<Trend, string> = {
  new: 'new',
  much_more: '+50% and more',
  more: '+5% to +50%',
  same: 'within 5%',
  less: '−5% to −50%',
  much_less: '−50% and more',
  gone: 'gone',
};

// How it became `value` from `before`.
export function trendOf(value: number, before: number): Trend {
  if (before === 0) return value === 0 ? 'same' : 'new';
  if (value === 0) return 'gone';
  const change = (value - before) / Math.abs(before);
  if (change >= 0.5) return 'much_more';
  if (change >= 0.05) return 'more';
  if (change <= -0.5) return 'much_less';
  return change <= -0.05 ? 'less' : 'same';
}

export function changeText(value: number, before: number): string {
  if (before === 0) return value === 0 ? 'no change' : 'new';
  if (value === 0) return 'gone';
  const percent = (100 * (value - before)) / Math.abs(before);
  if (value === before) return 'no change';
  const size = Math.abs(percent);
  if (size < 0.05) return percent < 0 ? '> −0.1%' : '< +0.1%';
  const digits = size < 10 ? size.toFixed(1) : decimal(Math.round(size), 0);
  return `${percent < 0 ? '−' : '+'}${digits}%`;
}
