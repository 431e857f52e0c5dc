import { Icon } from '../../components/Icons';

interface Props {
  scale: number;
  onZoom: (factor: number) => void;
  onFit: () => void;
  onCenter: () => void;
}

export function ZoomButtons({ scale, onZoom, onFit, onCenter }: Props) {
  return (
    <div className="zoom" role="toolbar" aria-label="Zoom" aria-orientation="vertical">
      <button type="button" title="Zoom in (+)" aria-label="Zoom in" onClick={() => onZoom(1.25)}>
        <Icon name="plus" />
      </button>
      <span className="zoom-scale" aria-live="off">
        {Math.round(scale * 100)}%
      </span>
      <button type="button" title="Zoom out (−)" aria-label="Zoom out" onClick={() => onZoom(0.8)}>
        <Icon name="minus" />
      </button>
      <button type="button" title="Fit all (0)" aria-label="Fit all" onClick={onFit}>
        <Icon name="fit" />
      </button>
      <button
        type="button"
        title="Centre the selected node"
        aria-label="Centre the selected node"
        onClick={onCenter}
      >
        <Icon name="home" />
      </button>
    </div>
  );
}
