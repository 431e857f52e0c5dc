// What monitors say, one line each, with the numbers behind it.
import type { MonitorLine } from '../lib/verdicts';
import { kindTexts, statusTexts } from '../lib/verdicts';
import type { MonitorStatus } from '../lib/verdicts';

export function VerdictMark({ status, off = false }: { status: MonitorStatus; off?: boolean }) {
  return (
    <span className={`state monitor-${off ? 'off' : status}`}>
      {off ? 'off' : statusTexts[status]}
    </span>
  );
}

export function MonitorLines({ lines, label }: { lines: readonly MonitorLine[]; label: string }) {
  return (
    <ul className="monitors" aria-label={label}>
      {lines.map(({ kind, status, off, text, more }) => (
        <li key={kind}>
          <span className="monitor-kind">{kindTexts[kind]}</span>
          <VerdictMark status={status} off={off} />
          {!off && (
            <span className="monitor-text">
              {text}
              {more.length > 0 && (
                <ul>
                  {more.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              )}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
