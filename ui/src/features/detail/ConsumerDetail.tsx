// A consumer: what it is and what it reads.
import { consumerName, readable } from '../../lib/nodeId';
import type { NodeDetailProps } from './NodeDetail';
import { Facts, Neighbours, Section } from './parts';
import { UseByConsumer } from './UseSection';

export function ConsumerDetail(p: NodeDetailProps) {
  const { namespace, name: full } = readable(p.id);
  const { kind, name } = consumerName(full);
  return (
    <div className="detail">
      <Facts
        rows={[
          ['Type', kind ?? 'consumer'],
          ['Name', name],
          ['Namespace', namespace],
        ]}
      />
      <Section title="What it reads">
        <UseByConsumer key={p.id} nodeId={p.id} nodeHref={p.nodeHref} />
      </Section>
      <Section title="Neighbours">
        <Neighbours {...p} />
      </Section>
    </div>
  );
}
