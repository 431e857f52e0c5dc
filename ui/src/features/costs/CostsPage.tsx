// What runs cost, of whom, when, and for what. All that is chosen is in the address.
import type { ReactNode } from 'react';
import { useMemo, useState } from 'react';
import type { CostTab } from '../../lib/costUrl';
import { costsHref, costTabs, hasFilters, parseCosts } from '../../lib/costUrl';
import { Link, navigate } from '../../lib/router';
import { Controls } from './Controls';
import { Filters } from './Filters';
import { HotSpots } from './HotSpots';
import { OddDays } from './OddDays';
import { OverTime } from './OverTime';
import type { Change } from './Parts';
import { Parts } from './Parts';
import { Prices } from './Prices';
import { timesOf } from './useCosts';
import { Waste } from './Waste';

const tabTexts: Record<CostTab, string> = {
  parts: 'Parts',
  time: 'Over time',
  hot: 'Hot spots',
  odd: 'Unusual days',
  waste: 'Waste',
  prices: 'Prices',
};

const leads: Record<CostTab, string> = {
  parts:
    'What runs used, cut by owner, job, dataset, who it is for or when, in any order. The parts of every piece add up to it exactly.',
  time: 'What runs used, period by period.',
  hot: 'Where most of it goes: few take most, as a rule.',
  odd: 'What a job or dataset cost on a day against its own days before.',
  waste: 'What nobody read, and what was written again as it was.',
  prices: 'What quantities cost. A new version prices what is booked from then on.',
};

export function CostsPage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const state = useMemo(() => parseCosts(new URLSearchParams(text)), [text]);
  const [now] = useState(() => Date.now());
  const times = useMemo(() => timesOf(state, now), [state, now]);
  const change: Change = (more) => {
    // Nothing to do is no step of the history.
    if (Object.keys(more).length > 0) navigate(costsHref({ ...state, ...more }));
  };
  const common = { state, times, change };
  const body: Record<CostTab, () => ReactNode> = {
    parts: () => <Parts {...common} />,
    time: () => <OverTime {...common} />,
    hot: () => <HotSpots {...common} />,
    odd: () => <OddDays {...common} />,
    waste: () => <Waste {...common} />,
    prices: () => <Prices {...common} />,
  };
  return (
    <main className="page page-wide costs" id="main">
      <nav className="sub-nav" aria-label="Costs">
        {costTabs.map((tab) => (
          <Link
            key={tab}
            href={costsHref({ ...state, tab })}
            aria-current={tab === state.tab ? 'page' : undefined}
          >
            {tabTexts[tab]}
          </Link>
        ))}
      </nav>
      <h1>{state.tab === 'parts' ? 'Costs' : `Costs: ${tabTexts[state.tab].toLowerCase()}`}</h1>
      <p className="lead">{leads[state.tab]}</p>
      {state.tab !== 'prices' && <Controls {...common} comparable={state.tab === 'parts'} />}
      {state.tab !== 'prices' && (state.tab !== 'odd' || hasFilters(state)) && (
        <Filters {...common} />
      )}
      {body[state.tab]()}
    </main>
  );
}
