// Changes of code and of data that make something stale, the newest first.
import { useMemo } from 'react';
import { Incomplete } from '../../components/Incomplete';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { NodePicker } from '../../components/NodePicker';
import { ProblemNote } from '../../components/ProblemNote';
import { ReprocessingPage } from '../../components/Reprocessing';
import { RunName, Version } from '../../components/RootCause';
import { Select } from '../../components/Select';
import { interval } from '../../components/Counts';
import { ago, moment, plural } from '../../lib/format';
import { nodeTypeOf, readable } from '../../lib/nodeId';
import { rangeText } from '../../lib/partitionKey';
import type { InboxState } from '../../lib/partitionUrl';
import { inboxHref, parseInbox } from '../../lib/partitionUrl';
import { navigate } from '../../lib/router';
import { ChangeBody } from './ChangeBody';
import type { PartitionChange } from './useInbox';
import { useInbox } from './useInbox';
import { decisionText, whatText } from './words';

type Change = (more: Partial<InboxState>) => void;

function Filters({ state, change }: { state: InboxState; change: Change }) {
  return (
    <div className="filter-row" role="group" aria-label="Filters">
      <Select
        label="Show"
        value={state.status}
        options={[
          ['open', 'open'],
          ['decided', 'decided'],
          ['all', 'all'],
        ]}
        onChange={(status) => change({ status: status ?? 'open', open: null })}
      />
      <Select
        label="Of"
        value={state.kind}
        any="code and data"
        options={[
          ['code', 'code'],
          ['data', 'data'],
        ]}
        onChange={(kind) => change({ kind, open: null })}
      />
      <NodePicker
        label="Job or dataset"
        value={state.nodeId ?? ''}
        onChange={(nodeId) => change({ nodeId, open: null })}
      />
      {state.nodeId !== null && (
        <button
          type="button"
          className="button"
          onClick={() => change({ nodeId: null, open: null })}
        >
          All jobs and datasets
        </button>
      )}
    </div>
  );
}

function What({ change }: { change: PartitionChange }) {
  if (change.kind === 'code') {
    return (
      <p className="change-what">
        <Version version={change.from} /> <span aria-label="to">→</span>{' '}
        <Version version={change.to} />
        {change.columns && change.columns.length > 0 && (
          <span className="quiet"> only {change.columns.join(', ')}</span>
        )}
      </p>
    );
  }
  const [first] = change.ranges;
  return (
    <p className="change-what">
      {first && <span className="mono">{rangeText(first.first, first.last)}</span>}
      {change.ranges_more
        ? ' and many more ranges'
        : change.ranges.length > 1 && ` and ${plural(change.ranges.length - 1, 'more range')}`}
      {change.run && (
        <>
          {' '}
          by run <RunName id={change.run} />
        </>
      )}
    </p>
  );
}

function Stale({ change }: { change: PartitionChange }) {
  const { datasets, datasets_upper: most, partitions, maybe } = change.makes_stale;
  if (partitions + maybe === 0)
    return <span className="change-stale quiet">makes nothing stale</span>;
  return (
    <span className="change-stale">
      <strong>{interval(partitions, partitions + maybe)}</strong> stale in{' '}
      {datasets === most ? plural(most, 'dataset') : `${interval(datasets, most)} datasets`}
    </span>
  );
}

interface EntryProps {
  change: PartitionChange;
  open: boolean;
  onToggle: () => void;
  onDecided: () => void;
}

function Entry({ change, open, onToggle, onDecided }: EntryProps) {
  const { namespace, name } = readable(change.nodeId);
  const title = `${whatText(change)}: ${name}`;
  return (
    <li className={open ? 'change-item is-open' : 'change-item'}>
      <article aria-label={title}>
        <div className="change-head">
          <span className={`change-kind change-kind-${change.kind}`}>{whatText(change)}</span>
          <NodeLink
            type={nodeTypeOf(change.nodeId)}
            namespace={namespace}
            name={name}
            id={change.nodeId}
          />
          <What change={change} />
          <Stale change={change} />
          <time dateTime={change.at} title={moment(change.at)}>
            {ago(change.at)}
          </time>
          <button type="button" className="button" aria-expanded={open} onClick={onToggle}>
            {open ? 'Close' : change.decision ? 'Look' : 'Decide'}
          </button>
        </div>
        {change.decision && !open && (
          <p className="change-decided quiet">{decisionText(change.decision)}</p>
        )}
        {open && <ChangeBody id={change.id} onDecided={onDecided} />}
      </article>
    </li>
  );
}

// A link may be about a change that the filters leave out.
function Elsewhere({ id, onDecided }: { id: string; onDecided: () => void }) {
  return (
    <section className="change-item is-open" aria-label={`Change ${id}`}>
      <p className="quiet">Change {id}, which is not in the list below.</p>
      <ChangeBody id={id} onDecided={onDecided} />
    </section>
  );
}

export function InboxPage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const state = useMemo(() => parseInbox(new URLSearchParams(text)), [text]);
  const change: Change = (more) => navigate(inboxHref({ ...state, ...more }));
  const list = useInbox(state);
  const first = list.pages[0];
  const changes = list.pages.flatMap((page) => page.changes);
  const listed = changes.some((c) => c.id === state.open);
  return (
    <ReprocessingPage
      here="changes"
      title="Inbox"
      lead="Code that changed and data that was written again, with what is stale for it now. Say what each means: every decision is signed, kept and can be undone."
    >
      <Filters state={state} change={change} />
      {list.problem && <ProblemNote problem={list.problem} onRetry={list.reload} />}
      {!first && list.loading && <Loading what="changes" />}
      {state.open !== null && first && !listed && (
        <Elsewhere id={state.open} onDecided={list.reload} />
      )}
      {first && (
        <>
          <Incomplete answer={first} />
          <p role="status" className="quiet">
            {plural(first.total, 'change')}
          </p>
          {changes.length === 0 && (
            <p className="note note-good">
              {state.status === 'open' ? 'Nothing waits for a decision.' : 'None.'}
            </p>
          )}
          <ul className="change-list" aria-label="Changes">
            {changes.map((c) => (
              <Entry
                key={c.id}
                change={c}
                open={state.open === c.id}
                onToggle={() => change({ open: state.open === c.id ? null : c.id })}
                onDecided={list.reload}
              />
            ))}
          </ul>
          {list.more && (
            <button type="button" className="button" disabled={list.loading} onClick={list.more}>
              Load more
            </button>
          )}
        </>
      )}
    </ReprocessingPage>
  );
}
