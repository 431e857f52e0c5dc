import { describe, expect, it } from 'vitest';
import { changeText, exactly, quantity, share, trendOf } from './measures';

const micro = (name: string, currency?: string) => ({ name, scale: 1_000_000, currency });

describe('quantity', () => {
  it('reads base units as what they are', () => {
    expect(quantity(1_234_500_000, 'amount', micro('USD', 'USD'))).toBe('1,234.50 USD');
    expect(quantity(1_234, 'amount', micro('USD', 'USD'))).toBe('0.001234 USD');
    expect(quantity(500_000, 'runs', micro('run'))).toBe('0.5 runs');
    expect(quantity(1_000_000, 'runs', micro('run'))).toBe('1 run');
    expect(quantity(5_400_000, 'slot_ms', { name: 'ms', scale: 1 })).toBe('1 h 30 min');
    expect(quantity(90_000_000, 'cpu_seconds', micro('s'))).toBe('1 min 30 s');
    expect(quantity(400, 'cpu_seconds', micro('s'))).toBe('< 1 ms');
    expect(quantity(3 * 1024 ** 4, 'bytes_billed', { name: 'byte', scale: 1 })).toBe('3.0 TiB');
    expect(quantity(1, 'rows_written', { name: 'row', scale: 1 })).toBe('1 row');
    expect(quantity(2_500_000, 'rows_written', { name: 'row', scale: 1 })).toBe('2.5M rows');
    expect(quantity(1_234_000_000, 'energy_wh', micro('Wh'))).toBe('1.23 kWh');
    expect(quantity(12_340_000_000_000, 'co2_g', micro('g'))).toBe('12.3 t');
    expect(quantity(7_200_000_000, 'memory_gb_seconds', micro('GB s'))).toBe('2 GB h');
    expect(quantity(7, 'something_new', { name: 'widget', scale: 1 })).toBe('7 widget');
  });
  it('marks credits', () => {
    expect(quantity(-2_500_000, 'amount', micro('EUR', 'EUR'))).toBe('−2.50 EUR');
    expect(exactly(-2_500_000, micro('EUR', 'EUR'))).toBe('−2,500,000 millionths of EUR');
    expect(exactly(12_345, { name: 'byte', scale: 1 })).toBe('12,345 byte');
  });
});

describe('share', () => {
  it('has two decimals', () => {
    expect(share(1, 3)).toBe('33.33%');
    expect(share(1, 4)).toBe('25%');
    expect(share(-1, 4)).toBe('−25%');
    expect(share(3, 3)).toBe('100%');
    expect(share(0, 3)).toBe('0%');
  });
  it('never says nothing of something, nor all of less than all', () => {
    expect(share(1, 1_000_000)).toBe('< 0.01%');
    expect(share(999_999, 1_000_000)).toBe('> 99.99%');
    expect(share(1_000_001, 1_000_000)).toBe('> 100%');
    expect(share(1, 0)).toBe('–');
  });
});

describe('change', () => {
  it('is told in percent of what was before, also of a credit', () => {
    expect(changeText(150, 100)).toBe('+50%');
    expect(changeText(95, 100)).toBe('−5.0%');
    expect(changeText(100, 100)).toBe('no change');
    expect(changeText(100_001, 100_000)).toBe('< +0.1%');
    expect(changeText(5, 0)).toBe('new');
    expect(changeText(0, 5)).toBe('gone');
    expect(changeText(-50, -100)).toBe('+50%');
  });
  it('falls into classes', () => {
    expect([150, 110, 102, 90, 40, 0].map((v) => trendOf(v, 100))).toEqual([
      'much_more',
      'more',
      'same',
      'less',
      'much_less',
      'gone',
    ]);
    expect(trendOf(3, 0)).toBe('new');
    expect(trendOf(0, 0)).toBe('same');
  });
});
