// Datasets by what their monitors say.
import { Loading } from '../../components/Marks';
import { MomentInput } from '../../components/MomentInput';
import { MonitorLines } from '../../components/MonitorLines';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import { Select } from '../../components/Select';
import { count, moment, plural } from '../../lib/format';
import { lineageHref } from '../../lib/lineageUrl';
import { readable } from '../../lib/nodeId';
import type { Listed, QualityState } from '../../lib/qualityUrl';
import { listed, statusesOf } from '../../lib/qualityUrl';
import { Link } from '../../lib/router';
import type { DatasetMonitors, MonitorKind, MonitorStatus } from '../../lib/verdicts';
import { kindTexts, monitorKinds, monitorLines, statusTexts } from '../../lib/verdicts';
import { useMonitorList } from './useQuality';

interface Props {
  state: QualityState;
  change: (more: Partial<QualityState>) => void;
}

const listedTexts: Record<Listed, string> = { unhealthy: 'unhealthy', ...statusTexts };

const titles: Record<MonitorStatus, string> = {
  failing: 'Failing',
  warning: 'Unusual',
  learning: 'Learning',
  ok: 'As usual',
  unknown: 'Unknown',
};

function Controls({ state, change }: Props) {
  return (
    <div className="filter-row" role="group" aria-label="Which datasets">
      <Select<Listed>
        label="Which are"
        value={state.status}
        options={listed.map((s) => [s, listedTexts[s]] as const)}
        onChange={(status) => change({ status: status ?? 'unhealthy' })}
      />
      <Select<MonitorKind>
        label="By"
        value={state.kind}
        any="their worst monitor"
        options={monitorKinds.map((k) => [k, kindTexts[k].toLowerCase()] as const)}
        onChange={(kind) => change({ kind })}
      />
      <label className="select">
        As of
        <MomentInput label="As of" value={state.at} empty="now" onChange={(at) => change({ at })} />
      </label>
    </div>
  );
}

// The monitors that speak of this status; the others of the dataset are a click away.
function linesFor(dataset: DatasetMonitors, status: MonitorStatus, kind: MonitorKind | null) {
  return monitorLines(dataset).filter((line) =>
    kind === null ? line.status === status : line.kind === kind,
  );
}

function profileHref(dataset: DatasetMonitors): string {
  const column = dataset.monitors.distribution.columns[0]?.column;
  return lineageHref(dataset.nodeId, { profile: column ?? '' });
}

interface ItemProps {
  dataset: DatasetMonitors;
  status: MonitorStatus;
  kind: MonitorKind | null;
}

function Item({ dataset, status, kind }: ItemProps) {
  const { nodeId, setting } = dataset;
  const { name } = readable(nodeId);
  return (
    <li className="verdict-item">
      <div className="verdict-head">
        <NodeLink {...readable(nodeId)} id={nodeId} />
        <Link className="button" href={profileHref(dataset)} aria-label={`Profile of ${name}`}>
          Profile
        </Link>
      </div>
      <MonitorLines lines={linesFor(dataset, status, kind)} label={`Monitors of ${name}`} />
      {setting && (
        <p className="quiet">
          Set by {setting.author}, {moment(setting.at)}
          {setting.reason !== null && `: ${setting.reason}`}
        </p>
      )}
    </li>
  );
}

function noneText(status: MonitorStatus, kind: MonitorKind | null): string {
  const by = kind === null ? '' : ` by its ${kindTexts[kind].toLowerCase()}`;
  if (status === 'ok') return `No dataset is as usual${by}.`;
  return `No dataset is ${statusTexts[status]}${by}.`;
}

function List({ state, status }: { state: QualityState; status: MonitorStatus }) {
  const answer = useMonitorList(state, status);
  const first = answer.pages[0];
  const datasets = answer.pages.flatMap((page) => page.monitors);
  const judged = answer.pages.reduce((sum, page) => sum + (page.judged ?? 0), 0);
  const good = status === 'failing' || status === 'warning';
  return (
    <section className="verdict-list" aria-label={titles[status]}>
      <div className="card-head">
        <h2>{titles[status]}</h2>
        {first && (
          <span className="quiet" role="status">
            {answer.more
              ? `${count(datasets.length)} so far, of the first `
              : `${count(datasets.length)} of `}
            {plural(judged, 'dataset')} judged
          </span>
        )}
      </div>
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what="monitors" />}
      {first && datasets.length === 0 && !answer.more && (
        <p className={good ? 'note note-good' : 'note note-plain'}>
          {noneText(status, state.kind)}
        </p>
      )}
      {datasets.length > 0 && (
        <ul className="verdicts-of" aria-label={`${titles[status]} datasets`}>
          {datasets.map((dataset) => (
            <Item key={dataset.nodeId} dataset={dataset} status={status} kind={state.kind} />
          ))}
        </ul>
      )}
      {answer.more && (
        <button type="button" className="button" disabled={answer.loading} onClick={answer.more}>
          {answer.loading ? 'Judging …' : 'Load more'}
        </button>
      )}
    </section>
  );
}

export function MonitorList({ state, change }: Props) {
  return (
    <>
      <Controls state={state} change={change} />
      {statusesOf(state.status).map((status) => (
        <List key={status} state={state} status={status} />
      ))}
    </>
  );
}
