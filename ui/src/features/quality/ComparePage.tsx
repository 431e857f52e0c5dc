// What two datasets, two moments of one, or two environments have in common. The question is the address.
import { useMemo } from 'react';
import { Icon } from '../../components/Icons';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { ProblemNote } from '../../components/ProblemNote';
import type { CompareState } from '../../lib/compareUrl';
import { compareHref, missing, parseCompare } from '../../lib/compareUrl';
import { moment } from '../../lib/format';
import { lineageHref } from '../../lib/lineageUrl';
import { readable } from '../../lib/nodeId';
import { partitionsHref } from '../../lib/partitionUrl';
import { Link, navigate } from '../../lib/router';
import { PartitionsPart, ProfilePart, SchemaPart } from './CompareParts';
import { CompareSides } from './CompareSides';
import type { Likeness } from './compareWords';
import { partitionsText, partTexts, profileText, schemaText, verdictTitle } from './compareWords';
import { QualityFrame } from './Frame';
import type { CompareAnswer } from './useQuality';
import { useComparison } from './useQuality';

const looks: Record<Likeness, string> = {
  equal: 'note note-good',
  differs: 'note note-warn',
  unknown: 'note note-plain',
};

function Verdict({ answer }: { answer: CompareAnswer }) {
  const { schema, profile, partitions, tolerance } = answer;
  const lines = [
    schema ? ([partTexts.schema, schemaText(schema)] as const) : null,
    profile ? ([partTexts.profile, profileText(profile, tolerance)] as const) : null,
    partitions ? ([partTexts.partitions, partitionsText(partitions)] as const) : null,
  ].filter((line) => line !== null);
  return (
    <div className={`${looks[answer.verdict]} compare-verdict`} role="status" aria-label="Verdict">
      {answer.verdict === 'differs' && <Icon name="warn" size={20} />}
      <div>
        <strong>{verdictTitle(answer)}</strong>
        <ul>
          {lines.map(([part, text]) => (
            <li key={part}>
              {part}: {text}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function SideFacts({ title, side }: { title: string; side: CompareAnswer['left'] }) {
  const { nodeId, as_of, environment, measured_at, schema_from } = side;
  return (
    <section className="card compare-facts" aria-label={`${title}: what is known`}>
      <span className="quiet">{title}</span>
      <NodeLink
        {...readable(nodeId)}
        id={nodeId}
        href={lineageHref(nodeId, { asOf: as_of, profile: '' })}
      />
      <dl className="facts">
        <div>
          <dt>As of</dt>
          <dd>{as_of === null ? 'now' : moment(as_of)}</dd>
        </div>
        <div>
          <dt>Environment</dt>
          <dd>{environment ?? 'production'}</dd>
        </div>
        <div>
          <dt>Schema since</dt>
          <dd>{schema_from === null ? 'not known' : moment(schema_from)}</dd>
        </div>
        <div>
          <dt>Measured</dt>
          <dd>{measured_at === null ? 'never' : moment(measured_at)}</dd>
        </div>
      </dl>
      <Link href={partitionsHref({ nodeId, environment })}>Its partitions</Link>
    </section>
  );
}

function Answer({ answer }: { answer: CompareAnswer }) {
  return (
    <>
      <Verdict answer={answer} />
      <div className="compare-sides">
        <SideFacts title="Left" side={answer.left} />
        <SideFacts title="Right" side={answer.right} />
      </div>
      {answer.schema && <SchemaPart schema={answer.schema} />}
      <ProfilePart answer={answer} />
      {answer.partitions && <PartitionsPart partitions={answer.partitions} />}
    </>
  );
}

const wanted = {
  left: 'Choose the dataset on the left.',
  right:
    'Choose what it is compared with: another dataset, or another moment or environment of the same.',
};

export function ComparePage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const state = useMemo(() => parseCompare(new URLSearchParams(text)), [text]);
  const resource = useComparison(state);
  const answer = resource.problem ? undefined : resource.data;
  const still = missing(state);
  const change = (next: CompareState) => navigate(compareHref(next));
  return (
    <QualityFrame
      here="compare"
      title="Compare"
      lead="Two datasets, two moments of one, or two environments: columns, the newest measurements, and partitions by their fingerprints."
    >
      <CompareSides state={state} change={change} />
      {still !== null && <p className="note note-plain">{wanted[still]}</p>}
      {resource.problem && <ProblemNote problem={resource.problem} onRetry={resource.reload} />}
      {!answer && resource.loading && <Loading what="the comparison" />}
      {answer && (
        <div className={resource.loading ? 'compare-answer is-loading' : 'compare-answer'}>
          <Answer answer={answer} />
        </div>
      )}
    </QualityFrame>
  );
}
