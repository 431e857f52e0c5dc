import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { layoutOf, node } from './fixtures';
import type { GraphProps } from './Graph';
import { Graph } from './Graph';

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1000);
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600);
  Object.assign(SVGElement.prototype, { setPointerCapture: () => {} });
});

const layout = layoutOf(
  [
    node('dataset:n:orders', 0, 0, { hidden_upstream: 2 }),
    node('job:n:load', 300, 0, { state: 'FAILED' }),
    node('dataset:n:mart', 600, 0),
  ],
  [
    ['dataset:n:orders', 'job:n:load'],
    ['job:n:load', 'dataset:n:mart'],
  ],
);

function show(more: Partial<GraphProps> = {}) {
  const props: GraphProps = {
    layout,
    selected: 'dataset:n:orders',
    edge: null,
    expand: [],
    path: null,
    impact: null,
    onSelect: vi.fn(),
    onEdge: vi.fn(),
    onToggle: vi.fn(),
    ...more,
  };
  return { ...render(<Graph {...props} />), props };
}

describe('Graph', () => {
  it('names each node with its type and state', () => {
    show();
    const graph = screen.getByRole('group', { name: /Lineage graph, 3 nodes/ });
    expect(within(graph).getByRole('button', { name: /^dataset, orders, in n/ })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    expect(within(graph).getByRole('button', { name: /job, load.*failed/ })).toBeVisible();
  });

  it('expands with the number of hidden neighbours', async () => {
    const { props } = show();
    await userEvent.click(screen.getByRole('button', { name: 'Expand 2 upstream of orders' }));
    expect(props.onToggle).toHaveBeenCalledWith('dataset:n:orders', 'up');
  });

  it('offers to collapse what was expanded', () => {
    show({ expand: ['dataset:n:mart|down'] });
    expect(screen.getByRole('button', { name: 'Collapse downstream of mart' })).toBeVisible();
  });

  it('moves with arrow keys and selects with Enter', async () => {
    const { props } = show();
    screen.getByRole('button', { name: /^dataset, orders/ }).focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(screen.getByRole('button', { name: /^job, load/ })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    expect(props.onSelect).toHaveBeenCalledWith('job:n:load');
  });

  it('tells which edge was clicked', () => {
    const { container, props } = show();
    const edge = container.querySelector('[data-edge="job:n:load>dataset:n:mart"]');
    fireEvent.click(edge!);
    expect(props.onEdge).toHaveBeenCalledWith('job:n:load', 'dataset:n:mart');
  });

  it('shows a path and dims the rest', () => {
    const { container } = show({ path: [{ from: 'job:n:load', to: 'dataset:n:mart' }] });
    expect(container.querySelector('[data-node="dataset:n:mart"]')).toHaveClass('emphasis-path');
    expect(container.querySelector('[data-node="dataset:n:orders"]')).toHaveClass('emphasis-dim');
  });

  it('marks what a change affects', () => {
    const { container } = show({ impact: new Map([['job:n:load', 'breaking']]) });
    expect(container.querySelector('[data-node="job:n:load"]')).toHaveClass('impact-breaking');
    expect(container.querySelector('[data-node="dataset:n:orders"]')).toHaveClass('impact-changed');
  });

  it('draws only what is in sight', () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      node(`dataset:n:d${i}`, (i % 20) * 320, Math.floor(i / 20) * 90),
    );
    const { container } = show({ layout: layoutOf(many, []), selected: 'dataset:n:d0' });
    const drawn = container.querySelectorAll('[data-node]').length;
    expect(drawn).toBeGreaterThan(10);
    expect(drawn).toBeLessThan(200);
  });
});

it('draws a consumer in a shape of its own, under its name and kind', () => {
  const id = 'consumer:looker:dashboard:Revenue';
  show({
    layout: layoutOf(
      [node('dataset:n:mart', 0, 0), node(id, 300, 0)],
      [['dataset:n:mart', id, 'uses']],
    ),
  });
  const body = screen.getByRole('button', { name: 'dashboard, Revenue, in looker' });
  expect(body).toHaveTextContent('Revenuedashboard in looker');
  expect(body.querySelector('rect.graph-box')).toBeNull();
  expect(body.querySelector('path.graph-box')).not.toBeNull();
});
