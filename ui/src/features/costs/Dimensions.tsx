// By what the costs are cut, from the middle outwards: chips that are added, moved and taken away.
import { useEffect, useRef } from 'react';
import { Icon } from '../../components/Icons';
import type { CostState, Dimension } from '../../lib/costUrl';
import { dimensions, moved, without } from '../../lib/costUrl';
import { dimensionTexts } from './words';

interface Props {
  state: CostState;
  change: (more: Partial<CostState>) => void;
}

export function Dimensions({ state, change }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const again = useRef<string | null>(null); // the button that was pressed keeps the focus
  useEffect(() => {
    if (again.current === null) return;
    const [name, way] = again.current.split(' ');
    again.current = null;
    const chip = list.current?.querySelector(`[data-dimension="${name}"]`);
    const button =
      chip?.querySelector<HTMLButtonElement>(`[data-way="${way}"]:not(:disabled)`) ??
      chip?.querySelector<HTMLButtonElement>('button:not(:disabled)');
    button?.focus();
  }, [state.by]);
  const move = (dimension: Dimension, steps: -1 | 1) => {
    again.current = `${dimension} ${steps < 0 ? 'in' : 'out'}`;
    change(moved(state, dimension, steps));
  };
  const rest = dimensions.filter((d) => !state.by.includes(d));
  return (
    <div className="dimensions" role="group" aria-label="Cut by">
      <span className="quiet">Cut by</span>
      <ol ref={list} aria-label="Dimensions, from the middle outwards">
        {state.by.map((dimension, i) => {
          const text = dimensionTexts[dimension];
          return (
            <li key={dimension} className="dimension" data-dimension={dimension}>
              <button
                type="button"
                className="chip-close"
                data-way="in"
                aria-label={`Move ${text} inwards`}
                disabled={i === 0}
                onClick={() => move(dimension, -1)}
              >
                ‹
              </button>
              <span>
                {i + 1}. {text}
              </span>
              <button
                type="button"
                className="chip-close"
                data-way="out"
                aria-label={`Move ${text} outwards`}
                disabled={i === state.by.length - 1}
                onClick={() => move(dimension, 1)}
              >
                ›
              </button>
              <button
                type="button"
                className="chip-close"
                aria-label={`Remove ${text}`}
                disabled={state.by.length === 1}
                onClick={() => change(without(state, dimension))}
              >
                <Icon name="close" size={12} />
              </button>
            </li>
          );
        })}
      </ol>
      <select
        aria-label="Add a dimension"
        value=""
        disabled={rest.length === 0}
        onChange={(event) => {
          const added = rest.find((d) => d === event.target.value);
          if (added) change({ by: [...state.by, added] });
        }}
      >
        <option value="">Add …</option>
        {rest.map((d) => (
          <option key={d} value={d}>
            {dimensionTexts[d]}
          </option>
        ))}
      </select>
    </div>
  );
}
