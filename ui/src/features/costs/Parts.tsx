// What the costs are made of: a picture to walk, the way to where one is, and the same parts as a
// table.
import { useMemo, useState } from 'react';
import { Icon } from '../../components/Icons';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import type { CostState } from '../../lib/costUrl';
import { costsHref, mostArcs } from '../../lib/costUrl';
import { count, plural } from '../../lib/format';
import { lineageHref } from '../../lib/lineageUrl';
import {
  changeText,
  exactly,
  measureTexts,
  quantity,
  share,
  trendOf,
  trends,
  trendTexts,
} from '../../lib/measures';
import { Link } from '../../lib/router';
import type { Piece } from './arcs';
import { partsOf, piecesOf } from './arcs';
import { Dimensions } from './Dimensions';
import { Nothing } from './Nothing';
import { hues, Picture } from './Picture';
import type { CostNode, Sunburst, Times } from './useCosts';
import { useCrumbs, useSunburst } from './useCosts';
import type { Scale } from './words';
import { dimensionTexts, pieceText } from './words';

export type Change = (more: Partial<CostState>) => void;

interface PartsProps {
  state: CostState;
  times: Times;
  change: Change;
}

interface AnswerProps extends PartsProps {
  answer: Sunburst;
  scale: Scale;
}

interface CrumbLine {
  name: string;
  value: number | null; // null: still asked for
}

// From all to where one is, each step with its share of the one before and of all.
function Crumbs({ state, times, answer, scale }: AnswerProps) {
  const between = useCrumbs(state, times);
  const known = between.loading ? [] : (between.data ?? []);
  const lines: CrumbLine[] = [
    { name: 'All', value: answer.total },
    ...answer.path.slice(0, -1).map(({ name }, i) => known[i] ?? { name, value: null }),
    ...(state.path.length > 0 ? [{ name: answer.root.name, value: answer.root.value }] : []),
  ];
  return (
    <nav className="crumbs" aria-label="Path">
      <ol>
        {lines.map((line, i) => {
          const last = i === lines.length - 1;
          const above = lines[i - 1];
          const href = costsHref({ ...state, path: state.path.slice(0, i) });
          return (
            <li key={i}>
              {last ? (
                <strong aria-current="location">{line.name}</strong>
              ) : (
                <Link href={href}>{line.name}</Link>
              )}{' '}
              {line.value !== null && (
                <span className="quiet" title={exactly(line.value, scale.unit)}>
                  {quantity(line.value, scale.measure, scale.unit)}
                  {above &&
                    above.value !== null &&
                    ` · ${share(line.value, above.value)} of ${above.name}`}
                  {i > 1 && ` · ${share(line.value, scale.total)} of all`}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {between.problem && <ProblemNote problem={between.problem} onRetry={between.reload} />}
    </nav>
  );
}

function TrendLegend() {
  return (
    <ul className="trend-legend" aria-label="Legend">
      {trends
        .filter((trend) => trend !== 'gone')
        .map((trend) => (
          <li key={trend}>
            <span className={`arc-swatch trend-${trend}`} aria-hidden />
            {trendTexts[trend]}
          </li>
        ))}
    </ul>
  );
}

interface RowProps {
  part: ReturnType<typeof partsOf>[number];
  hue: number;
  whole: number;
  scale: Scale;
  active: boolean;
  onEnter: (() => void) | null;
  onPoint: (on: boolean) => void;
}

function ChangeCell({ value, before, scale }: { value: number; before: number; scale: Scale }) {
  const difference = value - before;
  return (
    <td className="number" title={`before ${quantity(before, scale.measure, scale.unit)}`}>
      <span className={`trend-text trend-${trendOf(value, before)}`}>
        {changeText(value, before)}
      </span>
      {difference !== 0 && (
        <span className="quiet change-by">
          {difference > 0 ? '+' : ''}
          {quantity(difference, scale.measure, scale.unit)}
        </span>
      )}
    </td>
  );
}

function Row({ part, hue, whole, scale, active, onEnter, onPoint }: RowProps) {
  const look = scale.comparing
    ? `arc-swatch trend-${trendOf(part.value, part.before ?? 0)}`
    : `arc-swatch hue-${Math.max(0, hue) % hues}`;
  return (
    <tr
      className={active ? 'is-chosen' : undefined}
      onPointerEnter={() => onPoint(true)}
      onPointerLeave={() => onPoint(false)}
    >
      <th scope="row">
        <span className="part-name">
          <span
            className={
              part.value <= 0 ? 'arc-swatch is-flat' : part.others > 0 ? `${look} is-other` : look
            }
            aria-hidden
          />
          {onEnter ? (
            <button type="button" className="link-button" onClick={onEnter}>
              {part.name}
            </button>
          ) : (
            <span>{part.name}</span>
          )}
          {part.node?.nodeId && (
            <Link
              className="part-lineage"
              href={lineageHref(part.node.nodeId)}
              aria-label={`Lineage of ${part.name}`}
              title="Lineage"
            >
              <Icon name="arrow" size={13} />
            </Link>
          )}
        </span>
      </th>
      <td className="number" title={exactly(part.value, scale.unit)}>
        {quantity(part.value, scale.measure, scale.unit)}
      </td>
      <td className="number">{share(part.value, whole)}</td>
      {scale.comparing && <ChangeCell value={part.value} before={part.before ?? 0} scale={scale} />}
    </tr>
  );
}

interface TableProps {
  root: CostNode;
  dimension: string;
  scale: Scale;
  pieces: readonly Piece[];
  active: string | null;
  entering: (part: Pick<Piece, 'keys' | 'others' | 'node'>) => (() => void) | null;
  onActive: (id: string | null) => void;
}

function Table({ root, dimension, scale, pieces, active, entering, onActive }: TableProps) {
  const parts = partsOf(root);
  const first = pieces.filter((p) => p.depth === 1);
  return (
    <div className="table-card scroll-x">
      <table className="plain-table parts-table">
        <thead>
          <tr>
            <th scope="col">{dimension}</th>
            <th scope="col" className="number">
              {measureTexts[scale.measure as keyof typeof measureTexts] ?? scale.measure}
            </th>
            <th scope="col" className="number">
              Share
            </th>
            {scale.comparing && (
              <th scope="col" className="number">
                Change
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => {
            const piece = first.find((p) => p.keys[0] === part.key && p.others === part.others);
            return (
              <Row
                key={`${part.others} ${part.key}`}
                part={part}
                hue={piece?.hue ?? 0}
                whole={root.value}
                scale={scale}
                active={piece !== undefined && piece.id === active}
                onEnter={entering({ keys: [part.key], others: part.others, node: part.node })}
                onPoint={(on) => onActive(on ? (piece?.id ?? null) : null)}
              />
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td className="number" title={exactly(root.value, scale.unit)}>
              {quantity(root.value, scale.measure, scale.unit)}
            </td>
            <td className="number">{share(root.value, root.value)}</td>
            {scale.comparing && (
              <ChangeCell value={root.value} before={root.before ?? 0} scale={scale} />
            )}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

// Enter: into a piece. Into the others: a finer answer.
function enterChange(state: CostState, piece: Pick<Piece, 'keys' | 'others' | 'node'>) {
  if (piece.others > 0) {
    const around = piece.keys.slice(0, -1);
    if (around.length > 0) return { path: [...state.path, ...around] };
    return state.maxArcs < mostArcs ? { maxArcs: Math.min(mostArcs, state.maxArcs * 4) } : null;
  }
  const path = [...state.path, ...piece.keys];
  return path.length < state.by.length ? { path } : null;
}

function Notes({ flat, others, state, change }: AnswerProps & { flat: number; others: number }) {
  return (
    <>
      {flat > 0 && (
        <p className="quiet parts-note">
          {plural(flat, 'part')} at or below zero {flat === 1 ? 'has' : 'have'} no area: in the
          table only.
        </p>
      )}
      {others > 0 && (
        <p className="quiet parts-note">
          {plural(others, 'part')} {others === 1 ? 'is' : 'are'} put together as others (hatched):
          the {count(state.maxArcs)} largest are drawn.{' '}
          {state.maxArcs < mostArcs && (
            <button
              type="button"
              className="edit-button"
              onClick={() => change({ maxArcs: Math.min(mostArcs, state.maxArcs * 4) })}
            >
              Show {count(Math.min(mostArcs, state.maxArcs * 4))}
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Answer(props: AnswerProps) {
  const { answer, state, change, scale } = props;
  const tree = useMemo(() => piecesOf(answer.root), [answer.root]);
  const [active, setActive] = useState<string | null>(null);
  const others = tree.pieces.reduce((sum, p) => sum + p.others, 0);
  const pointed = tree.pieces.find((p) => p.id === active) ?? tree.pieces[0];
  const entering = (piece: Pick<Piece, 'keys' | 'others' | 'node'>) => {
    const more = enterChange(state, piece);
    return more && (() => change(more));
  };
  const dimension = state.by[state.path.length] ?? state.by.at(-1) ?? 'job';
  const what = measureTexts[state.measure];
  return (
    <div className="parts">
      <section className="card parts-picture" aria-label="Picture">
        <Picture
          tree={tree}
          shape={state.shape}
          label={`${what} by ${state.by.map((d) => dimensionTexts[d].toLowerCase()).join(', ')}`}
          scale={scale}
          place={JSON.stringify([state.path, state.by, state.measure])}
          active={active}
          canEnter={(piece) => entering(piece) !== null}
          onActive={setActive}
          onEnter={(piece) => entering(piece)?.()}
          onLeave={() => {
            if (state.path.length > 0) change({ path: state.path.slice(0, -1) });
          }}
        />
        <p className="arc-readout" aria-hidden>
          {pointed && pieceText(pointed, scale)}
        </p>
        {scale.comparing && <TrendLegend />}
        <Notes {...props} flat={tree.flat} others={others} />
        <p className="quiet parts-note">Arrows walk, Enter goes into a piece, Escape out again.</p>
      </section>
      <section className="parts-list" aria-label="Parts">
        <Table
          root={answer.root}
          dimension={dimensionTexts[dimension]}
          scale={scale}
          pieces={tree.pieces}
          active={active}
          entering={entering}
          onActive={setActive}
        />
      </section>
    </div>
  );
}

export function Parts(props: PartsProps) {
  const { state, times, change } = props;
  const resource = useSunburst(state, times);
  const answer = resource.data;
  const scale: Scale | undefined = answer && {
    measure: answer.measure,
    unit: answer.unit,
    total: answer.total,
    comparing: answer.before !== undefined && answer.before !== null,
  };
  const empty = answer && answer.root.children.length === 0 && state.path.length === 0;
  return (
    <div className={resource.loading ? 'costs-body is-loading' : 'costs-body'}>
      <Dimensions state={state} change={change} />
      {resource.problem && <ProblemNote problem={resource.problem} onRetry={resource.reload} />}
      {resource.problem && state.path.length > 0 && (
        <p>
          <Link href={costsHref({ ...state, path: [] })}>Back to all</Link>
        </p>
      )}
      {!answer && resource.loading && <Loading what="costs" />}
      {answer && scale && !resource.problem && (
        <>
          {answer.cut?.reason !== 'max_arcs' && <Incomplete answer={answer} />}
          <Crumbs {...props} answer={answer} scale={scale} />
          {empty && answer.total === 0 ? (
            <Nothing {...props} booked={answer.booked} />
          ) : (
            <Answer {...props} answer={answer} scale={scale} />
          )}
        </>
      )}
    </div>
  );
}
