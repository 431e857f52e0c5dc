// The affected nodes as a table, grouped if so asked. A line opens to its path.
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { NodeLink } from '../../components/NodeLink';
import { SeverityMark, StateMark } from '../../components/Marks';
import { count, duration, plural } from '../../lib/format';
import type { ImpactState } from '../../lib/impactUrl';
import { lineageHref, severities } from '../../lib/lineageUrl';
import { readable, shownAs } from '../../lib/nodeId';
import { Link } from '../../lib/router';
import { PathList } from './PathList';
import type { Affected } from './useImpact';

type Group = Schemas['ImpactGroup'];

interface Props {
  state: ImpactState;
  groups: Group[] | null;
  affected: readonly Affected[];
  change: (more: Partial<ImpactState>) => void;
}

// What lies across the table: four columns, and the two that narrow screens do not have.
function Across({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <>
      <td colSpan={4} className={className}>
        {children}
      </td>
      <td colSpan={2} className="wide-only" />
    </>
  );
}

function More({ a, state }: { a: Affected; state: ImpactState }) {
  const draft = state.changes[a.change];
  const picture = draft && {
    panel: 'impact' as const,
    kind: draft.kind,
    changeColumn: draft.column,
    changeTo: draft.to,
    until: draft.until,
    hit: a.nodeId,
    asOf: state.asOf,
    knownAt: state.knownAt,
  };
  return (
    <tr className="impact-detail">
      <Across>
        <PathList path={a.path} />
        <p className="quiet">
          rule <code>{a.rule}</code>
          {a.columns.length > 0 && ` · columns ${a.columns.join(', ')}`}
          {` · ${plural(a.use.readers, 'reader')}, ${plural(a.use.consumers, 'consumer')}`}
          {a.use.uses > 0 && `, ${plural(a.use.uses, 'use')} in 30 days`}
          {a.recompute && ` · a run takes ${duration(a.recompute.duration_ms)}`}
          {a.state && (
            <>
              {' · latest run '}
              <StateMark state={a.state} />
            </>
          )}
        </p>
        {picture && draft && (
          <Link href={lineageHref(draft.nodeId, picture)}>Show in the picture</Link>
        )}
      </Across>
    </tr>
  );
}

function Line({ a, state, change }: { a: Affected } & Omit<Props, 'groups' | 'affected'>) {
  const { name, namespace } = readable(a.nodeId);
  const shown = shownAs(a.type, namespace, name);
  const open = state.open === a.nodeId;
  const several = state.changes.length > 1;
  return (
    <>
      <tr className={open ? 'is-open' : undefined}>
        <th scope="row">
          <NodeLink type={a.type} namespace={namespace} name={name} id={a.nodeId} />
        </th>
        <td>
          <SeverityMark severity={a.severity} />
          {a.assumed && <span className="assumed-mark">assumed</span>}
        </td>
        <td className="number">{a.distance}</td>
        <td className="wide-only">{a.owners.join(', ') || <span className="quiet">none</span>}</td>
        <td className="number wide-only">{count(a.use.readers + a.use.consumers)}</td>
        <td className="impact-open">
          {several && (
            <span className="change-number" title={`because of change ${a.change + 1}`}>
              {a.change + 1}
            </span>
          )}
          <button
            type="button"
            className="link-button"
            aria-expanded={open}
            aria-label={`Path to ${shown.name}`}
            onClick={() => change({ open: open ? null : a.nodeId })}
          >
            {open ? 'hide' : 'why'}
          </button>
        </td>
      </tr>
      {open && <More a={a} state={state} />}
    </>
  );
}

function GroupHead({
  group,
  open,
  onToggle,
}: {
  group: Group;
  open: boolean;
  onToggle: () => void;
}) {
  return (
    <tr className="impact-group">
      <th scope="rowgroup" colSpan={4}>
        <button type="button" aria-expanded={open} onClick={onToggle}>
          <span className="group-key">{group.key === '' ? 'nobody' : group.key}</span>
          {severities.map(
            (s) =>
              group[s] > 0 && (
                <span key={s} className={`severity severity-${s}`}>
                  {count(group[s])} {s}
                </span>
              ),
          )}
        </button>
      </th>
      <td colSpan={2} className="wide-only" />
    </tr>
  );
}

function GroupBody({ group, ...p }: { group: Group } & Omit<Props, 'groups'>) {
  const [open, setOpen] = useState(true);
  const mine = new Set(group.nodes);
  const rows = open ? p.affected.filter((a) => mine.has(a.nodeId)) : [];
  const rest = group.breaking + group.degraded + group.recompute - rows.length;
  return (
    <tbody>
      <GroupHead group={group} open={open} onToggle={() => setOpen(!open)} />
      {rows.map((a) => (
        <Line key={a.nodeId} a={a} {...p} />
      ))}
      {open && rest > 0 && (
        <tr>
          <Across className="quiet">{plural(rest, 'more', 'more')} on later pages</Across>
        </tr>
      )}
    </tbody>
  );
}

export function ImpactTable(props: Props) {
  const { affected, groups } = props;
  return (
    <div className="table-card">
      <table className="impact-table">
        <thead>
          <tr>
            <th scope="col">Affected</th>
            <th scope="col">How</th>
            <th scope="col" className="number" title="Jobs between">
              Distance
            </th>
            <th scope="col" className="wide-only">
              Owners
            </th>
            <th scope="col" className="number wide-only" title="Readers and consumers">
              Use
            </th>
            <th scope="col">
              <span className="visually-hidden">Path</span>
            </th>
          </tr>
        </thead>
        {groups ? (
          groups.map((group) => (
            <GroupBody
              key={group.key}
              group={group}
              state={props.state}
              affected={affected}
              change={props.change}
            />
          ))
        ) : (
          <tbody>
            {affected.map((a) => (
              <Line key={a.nodeId} a={a} {...props} />
            ))}
          </tbody>
        )}
      </table>
    </div>
  );
}
