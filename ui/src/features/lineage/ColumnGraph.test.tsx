import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { columnLayout, field, table } from './columnFixtures';
import { columnNeighbour, rowsInSight, shiftedColumns, stopsOf } from './columnGeometry';
import { ColumnDetail } from './ColumnDetail';
import type { ColumnGraphProps } from './ColumnGraph';
import { ColumnGraph } from './ColumnGraph';

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

const layout = columnLayout();

function show(more: Partial<ColumnGraphProps> = {}) {
  const props: ColumnGraphProps = {
    layout,
    selected: table('b'),
    column: null,
    edge: null,
    onSelect: vi.fn(),
    onEdge: vi.fn(),
    onMore: vi.fn(),
    ...more,
  };
  return { ...render(<ColumnGraph {...props} />), props };
}

describe('the picture of columns', () => {
  it('shows the path of the selected column and names it for the ear', () => {
    const { container } = show({ column: field('b', 'p') });
    expect(screen.getByRole('button', { name: 'column p, INT, of b' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    expect(
      screen.getByRole('button', { name: 'column y, INT, of a, upstream, indirect' }),
    ).toBeVisible();
    expect(
      screen.getByRole('button', { name: 'column r, INT, of c, downstream, direct, masked' }),
    ).toBeVisible();
    expect(screen.getByRole('button', { name: 'column z, INT, of a' })).toBeVisible();
    const edge = (id: string) => container.querySelector(`[data-edge="${id}"]`);
    expect(edge(`${field('a', 'y')}>${field('b', 'p')}`)).toHaveClass('is-indirect', 'emphasis-up');
    expect(edge(`${table('b')}>${table('d')}`)).toHaveClass('is-assumed', 'emphasis-down');
    expect(edge(`${field('b', 'q')}>${field('c', 's')}`)).toHaveClass('emphasis-dim');
    expect(screen.getByRole('list', { name: 'Legend' })).toHaveTextContent('masked');
  });

  it('shows the path under the pointer while it is there', () => {
    const { container } = show();
    const column = container.querySelector(`[data-column="${field('b', 'q')}"]`)!;
    fireEvent.pointerEnter(column);
    expect(container.querySelector(`[data-column="${field('a', 'z')}"]`)).toHaveClass('reached-up');
    fireEvent.pointerLeave(column);
    expect(container.querySelector('.reached-up')).toBeNull();
  });

  it('is walked with the arrows, and Enter selects and lets go', async () => {
    const { props, rerender } = show();
    screen.getByRole('button', { name: /^dataset, b, in n, 2 columns/ }).focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(screen.getByRole('button', { name: /^column q/ })).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}');
    expect(screen.getByRole('button', { name: /^column s/ })).toHaveFocus();
    await userEvent.keyboard('{ArrowLeft}{Enter}');
    expect(props.onSelect).toHaveBeenCalledWith(table('b'), field('b', 'q'));
    rerender(<ColumnGraph {...props} column={field('b', 'q')} />);
    await userEvent.click(screen.getByRole('button', { name: /^column q/ }));
    expect(props.onSelect).toHaveBeenLastCalledWith(table('b'), null);
  });

  it('says how many columns are not drawn, and asks for them', async () => {
    const some = columnLayout();
    some.nodes[0]!.hidden_columns = 40;
    const { props } = show({ layout: some });
    await userEvent.click(screen.getByRole('button', { name: 'Show 40 more columns of a' }));
    expect(props.onMore).toHaveBeenCalled();
  });

  it('says when nothing is known of columns', () => {
    show({ layout: columnLayout({ nodes: [], edges: [] }) });
    expect(screen.getByRole('status')).toHaveTextContent('No column is known here.');
  });

  it('tells which edge was clicked', () => {
    const { container, props } = show();
    fireEvent.click(container.querySelector('[data-edge]')!);
    expect(props.onEdge).toHaveBeenCalledWith(field('a', 'x'), field('b', 'p'));
  });
});

describe('its geometry', () => {
  it('draws only the rows in sight of a card with thousands', () => {
    const [card] = columnLayout().nodes;
    const first = card!.columns[0]!;
    const columns = Array.from({ length: 3000 }, (_, i) => ({ ...first, y: 52 + i * 24 }));
    const rows = rowsInSight({ ...card!, columns }, { x: 0, y: 10_000, width: 1, height: 600 });
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.length).toBeLessThan(32);
  });

  it('leads up and down within a card first, and on to the next', () => {
    const stops = stopsOf(layout);
    const at = (id: string) => stops.find((s) => s.id === id)!;
    const go = (id: string, arrow: 'ArrowUp' | 'ArrowDown' | 'ArrowRight') =>
      columnNeighbour(layout, stops, at(id), arrow)?.id;
    expect(go(table('a'), 'ArrowDown')).toBe(field('a', 'x'));
    expect(go(field('a', 'x'), 'ArrowUp')).toBe(table('a'));
    expect(go(field('a', 'x'), 'ArrowRight')).toBe(field('b', 'p'));
    expect(go(table('b'), 'ArrowRight')).toBe(table('d'));
  });

  it('moves cards and lines together', () => {
    const moved = shiftedColumns(layout, 10, 20);
    expect(moved.nodes[1]).toMatchObject({ x: 310, y: 20 });
    expect(moved.edges[0]?.points[1]).toEqual([110, 70]);
    expect(shiftedColumns(layout, 0, 0)).toBe(layout);
  });
});

it('the selected column tells what it is made from and goes into', () => {
  render(
    <ColumnDetail
      layout={layout}
      column={field('b', 'p')}
      href={(id) => `/c/${id}`}
      edgeHref={(from, to) => `/e/${from}>${to}`}
      onlyHref={(id) => `/only/${id}`}
    />,
  );
  expect(screen.getByText('2 columns upstream, 3 downstream in the picture.')).toBeVisible();
  expect(screen.getByRole('link', { name: 'a.y' })).toHaveAttribute(
    'href',
    `/c/${field('a', 'y')}`,
  );
  expect(screen.getByText('filter (indirect)')).toBeVisible();
  expect(screen.getByText('hash · masked')).toBeVisible();
  expect(screen.getByRole('link', { name: 'd.*' })).toBeVisible();
  expect(screen.getAllByRole('link', { name: /^Evidence/ })).toHaveLength(3);
});
