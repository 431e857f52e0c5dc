// A dataset, job or consumer by its name, leading to its lineage.
import { lineageHref } from '../lib/lineageUrl';
import type { NodeType } from '../lib/nodeId';
import { nodeId, shownAs } from '../lib/nodeId';
import { Link } from '../lib/router';
import { TypeMark } from './Marks';

interface Props {
  type: NodeType;
  namespace: string;
  name: string;
  id?: string; // as the server wrote it, if known
  href?: string; // somewhere else than its lineage page
}

export function NodeLink({ type, namespace, name, id, href }: Props) {
  const shown = shownAs(type, namespace, name);
  return (
    <Link className="node-link" href={href ?? lineageHref(id ?? nodeId(type, namespace, name))}>
      <TypeMark type={type} />
      <span className="node-link-text">
        <span className="node-link-name">{shown.name}</span>
        <span className="node-link-namespace">{shown.under}</span>
      </span>
    </Link>
  );
}
