// Part by part what two sides have in common, side by side.
import type { ReactNode } from 'react';
import { count } from '../../lib/format';
import { rangeText } from '../../lib/partitionKey';
import {
  apartText,
  exactText,
  likenessTexts,
  partitionsText,
  partTexts,
  profileText,
  schemaText,
} from './compareWords';
import type { Likeness } from './compareWords';
import type { CompareAnswer } from './useQuality';

export function LikenessMark({ likeness }: { likeness: Likeness }) {
  return <span className={`state likeness-${likeness}`}>{likenessTexts[likeness]}</span>;
}

interface PartProps {
  part: keyof typeof partTexts;
  verdict: Likeness;
  text: string;
  children?: ReactNode;
}

function Part({ part, verdict, text, children }: PartProps) {
  return (
    <section className="compare-part" aria-label={partTexts[part]}>
      <div className="compare-part-head">
        <h2>{partTexts[part]}</h2>
        <LikenessMark likeness={verdict} />
        <span className="quiet">{text}</span>
      </div>
      {children}
    </section>
  );
}

const differences = {
  only_left: 'only on the left',
  only_right: 'only on the right',
  type: 'another type',
} as const;

const signs = { only_left: '−', only_right: '+', type: '≠' } as const;

export function SchemaPart({ schema }: { schema: NonNullable<CompareAnswer['schema']> }) {
  const rows = schema.differences;
  return (
    <Part part="schema" verdict={schema.verdict} text={schemaText(schema)}>
      {rows.length > 0 && (
        <div className="table-card scroll-x">
          <table className="plain-table compare-table">
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Left</th>
                <th scope="col">Right</th>
                <th scope="col">Difference</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((d) => (
                <tr key={d.column}>
                  <th scope="row" className="mono">
                    {d.column}
                  </th>
                  <Type here={d.difference !== 'only_right'} type={d.left} />
                  <Type here={d.difference !== 'only_left'} type={d.right} />
                  <td className={`difference difference-${d.difference}`}>
                    <span aria-hidden>{signs[d.difference]}</span> {differences[d.difference]}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {schema.total > rows.length && (
        <p className="quiet">
          The first {count(rows.length)} of {count(schema.total)} differences.
        </p>
      )}
    </Part>
  );
}

function Type({ here, type }: { here: boolean; type: string | null }) {
  if (!here) return <td className="quiet">not there</td>;
  return type === null ? <td className="quiet">no type</td> : <td className="mono">{type}</td>;
}

type Measure = NonNullable<CompareAnswer['profile']>['measures'][number];

function Value({ measure, n }: { measure: string; n: number | null }) {
  if (n === null) return <td className="number quiet">not measured</td>;
  return <td className="number">{exactText(measure, n)}</td>;
}

function MeasureRow({ m }: { m: Measure }) {
  return (
    <tr className={m.within ? undefined : 'is-beyond'}>
      <th scope="row">
        {m.measure.replaceAll('_', ' ')}
        {m.column !== null && (
          <>
            {' '}
            <span className="quiet">of</span> <span className="mono">{m.column}</span>
          </>
        )}
      </th>
      <Value measure={m.measure} n={m.left} />
      <Value measure={m.measure} n={m.right} />
      <td className={m.within ? 'number quiet' : 'number difference difference-type'}>
        {!m.within && <span aria-hidden>≠ </span>}
        {apartText(m.measure, m.relative)}
        {!m.within && <span className="visually-hidden"> beyond the tolerance</span>}
      </td>
    </tr>
  );
}

export function ProfilePart({ answer }: { answer: CompareAnswer }) {
  const { profile, tolerance } = answer;
  if (!profile) return null;
  const rows = profile.measures;
  return (
    <Part part="profile" verdict={profile.verdict} text={profileText(profile, tolerance)}>
      {rows.length > 0 && (
        <div className="table-card scroll-x">
          <table className="plain-table compare-table">
            <thead>
              <tr>
                <th scope="col">Measure</th>
                <th scope="col" className="number">
                  Left
                </th>
                <th scope="col" className="number">
                  Right
                </th>
                <th scope="col" className="number">
                  Apart
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((m) => (
                <MeasureRow key={`${m.column} ${m.measure}`} m={m} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {profile.total > rows.length && (
        <p className="quiet">
          {count(rows.length)} of {count(profile.total)} measures, those that differ first.
        </p>
      )}
    </Part>
  );
}

const groups = [
  ['equal', 'Equal'],
  ['different', 'Different'],
  ['only_left', 'Only on the left'],
  ['only_right', 'Only on the right'],
] as const;

type Partitions = NonNullable<CompareAnswer['partitions']>;

function Ranges({ of }: { of: Partitions['equal'] }) {
  const listed = of.ranges.reduce((sum, r) => sum + r.count, 0);
  if (of.count === 0) return <span className="quiet">none</span>;
  if (listed === 0) return <span className="quiet">not listed</span>;
  return (
    <ul className="compare-ranges">
      {of.ranges.map((r) => (
        <li key={r.first}>
          <span className="mono">{rangeText(r.first, r.last)}</span>
          {r.count > 1 && <span className="quiet"> {count(r.count)}</span>}
        </li>
      ))}
      {of.count > listed && <li className="quiet">and {count(of.count - listed)} more</li>}
    </ul>
  );
}

export function PartitionsPart({ partitions: p }: { partitions: Partitions }) {
  const all = groups.reduce((sum, [group]) => sum + p[group].count, 0);
  return (
    <Part part="partitions" verdict={p.verdict} text={partitionsText(p)}>
      {all > 0 && (
        <>
          <span className="share-bar compare-bar" aria-hidden>
            {groups.map(([group]) =>
              p[group].count > 0 ? (
                <span
                  key={group}
                  className={`likeness-fill-${group}`}
                  style={{ flexGrow: p[group].count / all }}
                />
              ) : null,
            )}
          </span>
          <div className="table-card scroll-x">
            <table className="plain-table compare-table">
              <thead>
                <tr>
                  <th scope="col">Fingerprints</th>
                  <th scope="col" className="number">
                    Partitions
                  </th>
                  <th scope="col">Which</th>
                </tr>
              </thead>
              <tbody>
                {groups.map(([group, text]) => (
                  <tr key={group}>
                    <th scope="row">
                      <span className={`compare-swatch likeness-fill-${group}`} aria-hidden />{' '}
                      {text}
                    </th>
                    <td className="number">{count(p[group].count)}</td>
                    <td>
                      <Ranges of={p[group]} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Part>
  );
}
