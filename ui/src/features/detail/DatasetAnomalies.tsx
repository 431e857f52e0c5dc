// What was unlike its own history of one dataset, the newest first.
import { useState } from 'react';
import { VerdictMark } from '../../components/MonitorLines';
import { ProblemNote } from '../../components/ProblemNote';
import { dayMs } from '../../lib/days';
import { moment, plural } from '../../lib/format';
import { anomalyText, kindTexts } from '../../lib/verdicts';
import { mostAnomalies, useAnomaliesOf } from './useQuality';

const days = 30;

export function DatasetAnomalies({ nodeId }: { nodeId: string }) {
  const [first] = useState(() => new Date(Date.now() - (days - 1) * dayMs).toISOString());
  const { data, problem, reload } = useAnomaliesOf(nodeId, first);
  if (problem) return <ProblemNote problem={problem} onRetry={reload} />;
  if (!data || data.totalCount === 0) return null;
  return (
    <>
      <p className="quiet">
        {plural(data.totalCount, 'anomaly', 'anomalies')} in the last {days} days
        {data.totalCount > mostAnomalies && `; the newest ${mostAnomalies}`}:
      </p>
      <ul className="monitors" aria-label="Anomalies">
        {data.anomalies.map((a) => (
          <li key={`${a.day} ${a.kind}`}>
            <span className="monitor-kind">
              <time dateTime={a.at} title={moment(a.at)}>
                {a.day}
              </time>{' '}
              {kindTexts[a.kind]}
            </span>
            <VerdictMark status={a.status} />
            <span className="monitor-text">{anomalyText(a)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
