// The panel of one node: what it is, who owns it, what it holds, what it is made of.
import { Facets } from '../../components/Facets';
import { Loading } from '../../components/Marks';
import { ProblemNote } from '../../components/ProblemNote';
import { DatasetDetail } from './DatasetDetail';
import { JobDetail } from './JobDetail';
import { Section } from './parts';
import type { NodeName } from './useNode';
import { useNode } from './useNode';

export interface NodeDetailProps {
  id: string;
  hint: NodeName | null;
  asOf: string | null;
  neighbours: { upstream: string[]; downstream: string[] };
  edgeHref: (from: string, to: string) => string;
  nodeHref: (id: string) => string;
  runHref: (runId: string) => string;
}

export function NodeDetail(props: NodeDetailProps) {
  const node = useNode(props.id, props.hint, props.asOf);
  if (node.problem) return <ProblemNote problem={node.problem} onRetry={node.reload} />;
  if (!node.data || node.loading) return <Loading what="details" />;
  const facets = node.data.type === 'JOB' ? node.data.job.facets : node.data.dataset.facets;
  return (
    <div className="detail">
      {node.data.type === 'JOB' ? (
        <JobDetail job={node.data.job} {...props} />
      ) : (
        <DatasetDetail dataset={node.data.dataset} {...props} />
      )}
      <Section title="Facets">
        <Facets facets={facets} />
      </Section>
    </div>
  );
}
