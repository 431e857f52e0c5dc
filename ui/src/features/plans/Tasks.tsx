// The tasks of a plan, with who works on them.
import { NodeName } from '../../components/RootCause';
import { Select } from '../../components/Select';
import { ago, count, moment } from '../../lib/format';
import { rangeText } from '../../lib/partitionKey';
import { partitionsHref } from '../../lib/partitionUrl';
import { Link } from '../../lib/router';
import { ProgressBar, TaskStateMark } from './PlanMarks';
import type { Task, TaskState } from './usePlans';
import { reasonTexts, spread, waitText } from './words';

const states: TaskState[] = ['pending', 'ready', 'leased', 'done', 'failed', 'blocked'];

function Leases({ task }: { task: Task }) {
  return (
    <ul className="leases" aria-label={`Leases of task ${task.task}`}>
      {task.leases.map((lease) => (
        <li key={lease.token}>
          <strong>{lease.worker}</strong> has {rangeText(lease.first, lease.last)}{' '}
          <span className="quiet" title={moment(lease.expires_at)}>
            until {ago(lease.expires_at)} · token <span className="mono">{lease.token}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Waiting({ task }: { task: Task }) {
  return (
    <ul className="leases" aria-label={`What task ${task.task} waits for`}>
      {task.waiting.map((wait) => (
        <li key={`${wait.for} ${wait.nodeId}`}>
          <span className="mono">{wait.first}</span>: {waitText(wait)}
          <NodeName id={wait.nodeId} />
        </li>
      ))}
    </ul>
  );
}

function Row({ task }: { task: Task }) {
  return (
    <>
      <tr>
        <td className="number">{task.task}</td>
        <td className="number wide-only">{task.wave}</td>
        <th scope="row">
          <NodeName id={task.nodeId} />
          <Link
            className="task-range"
            href={partitionsHref({ nodeId: task.nodeId, from: task.first, to: task.last })}
          >
            {rangeText(task.first, task.last)}
          </Link>
        </th>
        <td className="number">{count(task.count)}</td>
        <td>
          {task.action === 'run' ? reasonTexts[task.reason] : task.action}
          {task.sequential && <span className="quiet"> one by one</span>}
          {!task.definite && <span className="quiet"> {Math.round(task.probability * 100)}%</span>}
        </td>
        <td className="wide-only">
          {spread(task.duration_ms)}
          {task.deadline !== null && (
            <span className="task-deadline"> begin by {moment(task.deadline)}</span>
          )}
        </td>
        <td>
          <TaskStateMark state={task.state} />
          {task.attempts > 1 && <span className="quiet"> attempt {task.attempts}</span>}
        </td>
        <td>
          <ProgressBar progress={task.progress} label={`Progress of task ${task.task}`} />
        </td>
      </tr>
      {task.waiting.length > 0 && (
        <tr className="detail-row">
          <td colSpan={8}>
            <Waiting task={task} />
          </td>
        </tr>
      )}
      {task.leases.length > 0 && (
        <tr className="detail-row">
          <td colSpan={8}>
            <Leases task={task} />
          </td>
        </tr>
      )}
    </>
  );
}

interface Props {
  tasks: readonly Task[];
  state: TaskState | null;
  total: number; // of the whole plan
  more: (() => void) | null;
  loading: boolean;
  onState: (state: TaskState | null) => void;
}

export function Tasks({ tasks, state, total, more, loading, onState }: Props) {
  return (
    <section className="card" aria-label="Tasks" aria-busy={loading}>
      <header className="card-head">
        <h2>Tasks</h2>
        <Select
          label="State"
          value={state}
          any="any"
          options={states.map((s) => [s, s] as const)}
          onChange={onState}
        />
      </header>
      {tasks.length === 0 ? (
        <p className="quiet">{state === null ? 'None.' : `None that is ${state}.`}</p>
      ) : (
        <div className="scroll-x">
          <table className="plain-table tasks-table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  Task
                </th>
                <th scope="col" className="number wide-only">
                  Wave
                </th>
                <th scope="col">Dataset and range</th>
                <th scope="col" className="number">
                  Partitions
                </th>
                <th scope="col">Why</th>
                <th scope="col" className="wide-only">
                  Takes
                </th>
                <th scope="col">State</th>
                <th scope="col">Progress</th>
              </tr>
            </thead>
            <tbody>
              {tasks.map((task) => (
                <Row key={task.task} task={task} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="quiet">
        {count(tasks.length)} shown{state === null && ` of ${count(total)}`}
      </p>
      {more && (
        <button type="button" className="button" disabled={loading} onClick={more}>
          More tasks
        </button>
      )}
    </section>
  );
}
