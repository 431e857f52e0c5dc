// An error of the API, with what to do and the page that explains its code.
import type { ApiProblem } from '../api/client';
import { Icon } from './Icons';

export function ProblemNote({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }) {
  const { title, detail, code, instance } = problem.problem;
  return (
    <div className="note note-error" role="alert">
      <Icon name="warn" size={20} />
      <div>
        <strong>{title}</strong>
        {detail && <p>{detail}</p>}
        <p className="note-foot">
          <a href={`/docs/errors/${encodeURIComponent(code)}`}>What {code} means</a>
          {instance && <span className="mono">request {instance}</span>}
          {onRetry && (
            <button type="button" className="button" onClick={onRetry}>
              Try again
            </button>
          )}
        </p>
      </div>
    </div>
  );
}
