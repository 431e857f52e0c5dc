// What was measured of a dataset over time, and what its monitors say.
import { useEffect, useRef } from 'react';
import { LineChart } from '../../components/LineChart';
import { Loading } from '../../components/Marks';
import { MonitorLines } from '../../components/MonitorLines';
import { ProblemNote } from '../../components/ProblemNote';
import { bytes, count, duration, moment, plural } from '../../lib/format';
import { durationMs } from '../../lib/moments';
import { learnedSensitivity } from '../../lib/monitorDraft';
import type { DatasetMonitors } from '../../lib/verdicts';
import { monitorKinds, monitorLines, numberText, shareText } from '../../lib/verdicts';
import { DatasetAnomalies } from './DatasetAnomalies';
import { MonitorSettings } from './MonitorForm';
import { columnsOf, hasValues, inColumn, ofDataset, quantilesOf, samplesOf } from './quality';
import type { Profile } from './useQuality';
import { useMonitors, useProfiles } from './useQuality';

export interface ProfileChoice {
  column: string | null; // null or none of them: the first
  onColumn: (column: string | null) => void;
}

// What is set differs from what is learned: in words, beside the verdicts.
function setText({ monitors: m }: DatasetMonitors): string {
  const { freshness: f, schema } = m;
  const parts = [
    f.max_age !== null ? `freshness: at most ${duration(durationMs(f.max_age))}` : '',
    schema.max_age !== null
      ? `schema: a break fails for ${duration(durationMs(schema.max_age))}`
      : '',
    ...monitorKinds
      .filter((kind) => m[kind].sensitivity !== learnedSensitivity)
      .map((kind) => `${kind}: fails at ${m[kind].sensitivity} spreads`),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function Monitors({ monitors, onSet }: { monitors: DatasetMonitors; onSet: () => void }) {
  const { setting } = monitors;
  const set = setText(monitors);
  return (
    <>
      <MonitorLines lines={monitorLines(monitors)} label="Monitors" />
      {setting && (
        <p className="quiet">
          Set by {setting.author}, {moment(setting.at)}
          {setting.reason !== null && `: ${setting.reason}`}
          {set !== '' && ` (${set})`}
        </p>
      )}
      <MonitorSettings monitors={monitors} onSet={onSet} />
    </>
  );
}

interface OneProps {
  label: string;
  samples: ReturnType<typeof samplesOf>;
  text: (n: number) => string;
  fromZero?: boolean;
}

function One({ label, samples, text, fromZero }: OneProps) {
  if (!hasValues(samples)) return null;
  return (
    <LineChart label={label} lines={[{ name: label, samples }]} text={text} fromZero={fromZero} />
  );
}

function Whole({ profiles }: { profiles: Profile[] }) {
  return (
    <>
      <One label="Rows written" samples={samplesOf(profiles, (p) => p.rows)} text={count} />
      <One label="Bytes written" samples={samplesOf(profiles, (p) => p.bytes)} text={bytes} />
      <One label="Rows in all" samples={samplesOf(profiles, (p) => p.total.rows)} text={count} />
      <One label="Bytes in all" samples={samplesOf(profiles, (p) => p.total.bytes)} text={bytes} />
    </>
  );
}

function Column({ profiles, name }: { profiles: Profile[]; name: string }) {
  const quantiles = quantilesOf(profiles, name);
  return (
    <>
      <One
        label="Null share"
        samples={samplesOf(
          profiles,
          inColumn(name, (c) => c.null_share),
        )}
        text={shareText}
      />
      <One
        label="Distinct values"
        samples={samplesOf(
          profiles,
          inColumn(name, (c) => c.distinct),
        )}
        text={count}
      />
      <One
        label="Mean"
        samples={samplesOf(
          profiles,
          inColumn(name, (c) => c.mean),
        )}
        text={numberText}
        fromZero={false}
      />
      {quantiles.length > 0 && (
        <LineChart label="Quantiles" lines={quantiles} text={numberText} fromZero={false} />
      )}
    </>
  );
}

function Assertions({ profile }: { profile: Profile }) {
  if (profile.assertions.length === 0) return null;
  const failed = profile.assertions.filter((a) => !a.success);
  return (
    <>
      <h4>Assertions of {moment(profile.time)}</h4>
      <p className="quiet">
        {failed.length === 0
          ? `All ${plural(profile.assertions.length, 'assertion')} held.`
          : `${count(failed.length)} of ${plural(profile.assertions.length, 'assertion')} failed:`}
      </p>
      <ul aria-label="Failed assertions">
        {failed.map((a) => (
          <li key={`${a.assertion} ${a.column}`}>
            <code>{a.assertion}</code> {a.column !== null && `of ${a.column}`}
            {a.severity !== null && <span className="quiet"> {a.severity}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Measured({ profiles, choice }: { profiles: Profile[]; choice: ProfileChoice }) {
  const columns = columnsOf(profiles);
  const column = columns.find((c) => c === choice.column) ?? columns[0];
  const asserted = profiles.findLast((p) => p.assertions.length > 0);
  return (
    <>
      <Whole profiles={profiles} />
      {column !== undefined && (
        <>
          <label className="select">
            Column
            <select value={column} onChange={(event) => choice.onColumn(event.target.value)}>
              {columns.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <Column profiles={profiles} name={column} />
        </>
      )}
      {asserted && <Assertions profile={asserted} />}
    </>
  );
}

// Who comes by a link to the profile sees it at once; who chooses a column there stays where they are.
function useShown(wanted: boolean, ready: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const came = useRef(wanted);
  useEffect(() => {
    if (!came.current || !ready) return;
    came.current = false;
    box.current?.closest('section')?.scrollIntoView?.({ block: 'start' });
  }, [ready]);
  return box;
}

export function ProfileOfDataset({ nodeId, choice }: { nodeId: string; choice: ProfileChoice }) {
  const monitors = useMonitors(nodeId);
  const answer = useProfiles(nodeId);
  const first = answer.pages[0];
  const all = answer.pages.flatMap((page) => page.profiles);
  const profiles = ofDataset(all);
  const box = useShown(choice.column !== null, monitors.data !== undefined && first !== undefined);
  return (
    <div className="profile" ref={box}>
      {monitors.problem && <ProblemNote problem={monitors.problem} onRetry={monitors.reload} />}
      {!monitors.data && monitors.loading && <Loading what="monitors" />}
      {monitors.data && <Monitors monitors={monitors.data} onSet={monitors.reload} />}
      <DatasetAnomalies nodeId={nodeId} />
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!first && answer.loading && <Loading what="measurements" />}
      {first && profiles.length === 0 && (
        <p className="note note-plain">
          <span>
            Nothing was measured since {moment(first.from)}. Statistics come with events, in the
            facets <code>outputStatistics</code>, <code>dataQualityMetrics</code> and others.
          </span>
        </p>
      )}
      {profiles.length > 0 && <Measured profiles={profiles} choice={choice} />}
      {first && first.totalCount > all.length && (
        <p className="quiet">
          The first {count(all.length)} of {plural(first.totalCount, 'measurement')} since{' '}
          {moment(first.from)}.
        </p>
      )}
      {answer.more && (
        <button type="button" className="button" disabled={answer.loading} onClick={answer.more}>
          Load more
        </button>
      )}
    </div>
  );
}
