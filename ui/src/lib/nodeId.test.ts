import { describe, expect, it } from 'vitest';
import {
  atTables,
  consumerName,
  datasetOf,
  fieldOf,
  keepEnd,
  lastPart,
  nodeId,
  nodeTypeOf,
  readable,
  shorten,
  shownAs,
} from './nodeId';

describe('nodeId', () => {
  it('keeps colons and slashes as the server sends them', () => {
    expect(nodeId('DATASET', 'postgres://db:5432', 'public.orders')).toBe(
      'dataset:postgres://db:5432:public.orders',
    );
  });
  it('escapes a name that looks escaped', () => {
    expect(nodeId('JOB', 'ns', 'a%3Ab')).toBe('job:ns:a%253Ab');
    expect(nodeId('JOB', 'ns', '100%')).toBe('job:ns:100%');
  });
});

describe('readable', () => {
  it('finds the end of a namespace that is a URL', () => {
    expect(readable('dataset:postgres://db:5432:public.orders')).toEqual({
      type: 'DATASET',
      namespace: 'postgres://db:5432',
      name: 'public.orders',
    });
    expect(readable('dataset:s3://bucket:a/b').namespace).toBe('s3://bucket');
    expect(readable('dataset:bigquery://host/project:set.table').namespace).toBe(
      'bigquery://host/project',
    );
  });
  it('takes the first colon otherwise', () => {
    expect(readable('job:ml:models/demand:latest')).toEqual({
      type: 'JOB',
      namespace: 'ml',
      name: 'models/demand:latest',
    });
  });
});

describe('consumers', () => {
  it('have a kind before their name', () => {
    const id = 'consumer:https://bi:443/x:dashboard:Revenue: weekly';
    expect(nodeTypeOf(id)).toBe('CONSUMER');
    expect(readable(id)).toEqual({
      type: 'CONSUMER',
      namespace: 'https://bi:443/x',
      name: 'dashboard:Revenue: weekly',
    });
    expect(consumerName('dashboard:Revenue: weekly')).toEqual({
      kind: 'dashboard',
      name: 'Revenue: weekly',
    });
    expect(consumerName('Revenue: weekly')).toEqual({ kind: null, name: 'Revenue: weekly' });
    expect(shownAs('CONSUMER', 'looker', 'dashboard:Revenue')).toEqual({
      name: 'Revenue',
      under: 'dashboard in looker',
    });
    expect(shownAs('JOB', 'n', 'dashboard:Revenue').name).toBe('dashboard:Revenue');
  });
  it('keep the colon behind the kind when the name looks escaped', () => {
    expect(nodeId('CONSUMER', 'looker', 'user:a%3Ab:c')).toBe('consumer:looker:user:a%253Ab%3Ac');
    expect(nodeId('CONSUMER', 'looker', 'user:ada')).toBe('consumer:looker:user:ada');
  });
});

describe('lastPart', () => {
  it('is what stands after the last dot or slash', () => {
    expect(lastPart('mart.orders')).toBe('orders');
    expect(lastPart('shop/orders/')).toBe('orders/');
    expect(lastPart('orders')).toBe('orders');
    expect(lastPart('..')).toBe('..');
  });
});

describe('shorten', () => {
  it('keeps both ends', () => {
    expect(shorten('abcdefghij', 6)).toBe('ab…hij');
    expect(shorten('abc', 3)).toBe('abc');
  });
  it('does not split a character', () => {
    expect(shorten('😀😀😀😀', 3)).toBe('…😀😀');
  });
});

describe('fields', () => {
  const field = 'datasetField:postgres://db:5432:public.orders:address.city';

  it('belong to a dataset', () => {
    expect(datasetOf(field)).toBe('dataset:postgres://db:5432:public.orders');
    expect(fieldOf(field)).toBe('address.city');
    expect(datasetOf('job:a:b')).toBe('job:a:b');
    expect(readable(field).name).toBe('public.orders.address.city');
  });

  it('of a path lead through jobs at the level of tables', () => {
    const path = [
      { from: 'datasetField:n:a:x', to: 'datasetField:n:b:y', via: 'job:n:j' },
      { from: 'datasetField:n:b:y', to: 'job:n:k', via: null },
      { from: 'job:n:k', to: 'dataset:n:c', via: null },
    ];
    expect(atTables(path)).toEqual([
      { from: 'dataset:n:a', to: 'job:n:j' },
      { from: 'job:n:j', to: 'dataset:n:b' },
      { from: 'dataset:n:b', to: 'job:n:k' },
      { from: 'job:n:k', to: 'dataset:n:c' },
    ]);
  });
});

it('names that have room for one end keep the end', () => {
  expect(keepEnd('load.clean.ad_clicks', 13)).toBe('…an.ad_clicks');
  expect(keepEnd('ad_clicks', 9)).toBe('ad_clicks');
  expect(keepEnd('😀😀😀', 2)).toBe('…😀');
  expect(keepEnd('abc', 1)).toBe('…');
});
