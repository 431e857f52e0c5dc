// How many are affected how badly; each is a filter.
import type { Schemas } from '../../api/client';
import type { Severity } from '../../lib/lineageUrl';
import { severities } from '../../lib/lineageUrl';
import { count } from '../../lib/format';

interface Props {
  summary: Schemas['ImpactSummary'];
  chosen: readonly Severity[];
  onToggle: (severity: Severity) => void;
}

export function Tallies({ summary, chosen, onToggle }: Props) {
  return (
    <div className="impact-summary" role="group" aria-label="Filter by severity">
      {severities.map((s) => (
        <button
          key={s}
          type="button"
          className={`tally tally-${s}`}
          aria-pressed={chosen.includes(s)}
          disabled={summary[s] === 0 && !chosen.includes(s)}
          onClick={() => onToggle(s)}
        >
          <strong>{count(summary[s])}</strong> {s}
        </button>
      ))}
    </div>
  );
}
