// Says that the picture is not all there is, why, and offers more.
import { Icon } from '../../components/Icons';
import { plural } from '../../lib/format';
import { mostNodes } from '../../lib/lineageUrl';
import type { Schemas } from '../../api/client';

interface Props {
  cut: Schemas['Cut'] | null;
  depth: number;
  maxNodes: number;
  onDepth: (depth: number) => void;
  onMaxNodes: (maxNodes: number) => void;
  onRetry: () => void;
}

export function CutNote({ cut, depth, maxNodes, onDepth, onMaxNodes, onRetry }: Props) {
  const beyond = plural(cut?.frontier_count ?? 0, 'node');
  if (cut?.reason === 'max_distance') {
    return (
      <div className="cut cut-mild" role="status">
        <span>
          Shows {plural(depth, 'step')} around the node; {beyond} at the border lead further.
        </span>
        <button type="button" className="button" onClick={() => onDepth(depth + 1)}>
          Show {plural(depth + 1, 'step')}
        </button>
      </div>
    );
  }
  const stopped = cut?.reason === 'cancelled';
  const limit = cut?.limit ?? maxNodes;
  const more = Math.min(limit * 2, mostNodes);
  return (
    <div className="cut cut-strong" role="alert">
      <Icon name="warn" size={18} />
      <span>
        <strong>Not the whole picture.</strong>{' '}
        {stopped
          ? 'The query was stopped before it ended.'
          : `It stops at the limit of ${plural(limit, 'node')}; seen and not followed: ${beyond}.`}
      </span>
      {stopped && (
        <button type="button" className="button" onClick={onRetry}>
          Ask again
        </button>
      )}
      {!stopped && limit < mostNodes && (
        <button type="button" className="button" onClick={() => onMaxNodes(more)}>
          Raise the limit to {more}
        </button>
      )}
      {!stopped && limit >= mostNodes && <span>No larger picture is drawn: take fewer steps.</span>}
    </div>
  );
}
