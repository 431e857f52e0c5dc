// What was measured of a dataset over time, and what its monitors say.
import { LineChart } from '../../components/LineChart';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { bytes, count, moment, plural } from '../../lib/format';
import {
  columnsOf,
  hasValues,
  inColumn,
  monitorLines,
  numberText,
  ofDataset,
  quantilesOf,
  samplesOf,
  shareText,
  statusTexts,
} from './quality';
import type { DatasetMonitors, Profile } from './useQuality';
import { useMonitors, useProfiles } from './useQuality';

export interface ProfileChoice {
  column: string | null; // null: the first
  onColumn: (column: string | null) => void;
}

function Monitors({ monitors }: { monitors: DatasetMonitors }) {
  const { setting } = monitors;
  return (
    <>
      <ul className="monitors" aria-label="Monitors">
        {monitorLines(monitors).map(({ kind, status, off, text, more }) => (
          <li key={kind}>
            <span className="monitor-kind">{kind}</span>
            <span className={`state monitor-${off ? 'off' : status}`}>
              {off ? 'off' : statusTexts[status]}
            </span>
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
      {setting && (
        <p className="quiet">
          Set by {setting.author}, {moment(setting.at)}
          {setting.reason !== null && `: ${setting.reason}`}
        </p>
      )}
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

export function ProfileOfDataset({ nodeId, choice }: { nodeId: string; choice: ProfileChoice }) {
  const monitors = useMonitors(nodeId);
  const answer = useProfiles(nodeId);
  const first = answer.pages[0];
  const all = answer.pages.flatMap((page) => page.profiles);
  const profiles = ofDataset(all);
  return (
    <div className="profile">
      {monitors.problem && <ProblemNote problem={monitors.problem} onRetry={monitors.reload} />}
      {monitors.data && !monitors.loading && <Monitors monitors={monitors.data} />}
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
