// The panel of one node: what it is, who owns it, what it holds, what it is made of.
import { Facets } from '../../components/Facets';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { moment } from '../../lib/format';
import { nodeTypeOf } from '../../lib/nodeId';
import { ConsumerDetail } from './ConsumerDetail';
import { DatasetDetail } from './DatasetDetail';
import { JobDetail } from './JobDetail';
import { Section } from './parts';
import type { ProfileChoice } from './ProfileSection';
import type { NodeName } from './useNode';
import { useNode } from './useNode';

export interface NodeDetailProps {
  id: string;
  hint: NodeName | null;
  asOf: string | null;
  knownAt: string | null;
  neighbours: { upstream: string[]; downstream: string[] };
  edgeHref: (from: string, to: string) => string;
  nodeHref: (id: string) => string;
  runHref: (runId: string) => string;
  profile: ProfileChoice;
}

export interface Changed {
  onChanged: () => void; // somebody decided something about it
}

export function NodeDetail(props: NodeDetailProps) {
  if (nodeTypeOf(props.id) === 'CONSUMER') return <ConsumerDetail {...props} />;
  return <Described {...props} />;
}

function Described(props: NodeDetailProps) {
  const node = useNode(props.id, props.hint, props);
  if (node.problem?.problem.code === 'not-found' && (props.asOf ?? props.knownAt) !== null) {
    return (
      <p className="note note-plain">
        {props.knownAt === null ? 'It was not there yet' : 'Nothing was known of it'} at{' '}
        {moment(props.asOf ?? props.knownAt)}.
      </p>
    );
  }
  if (node.problem) return <ProblemNote problem={node.problem} onRetry={node.reload} />;
  if (!node.data || node.loading) return <Loading what="details" />;
  const facets = node.data.type === 'JOB' ? node.data.job.facets : node.data.dataset.facets;
  return (
    <div className="detail">
      {node.data.type === 'JOB' ? (
        <JobDetail job={node.data.job} {...props} onChanged={node.reload} />
      ) : (
        <DatasetDetail dataset={node.data.dataset} {...props} onChanged={node.reload} />
      )}
      <Section title="Facets">
        <Facets facets={facets} />
      </Section>
    </div>
  );
}
