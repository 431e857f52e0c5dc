// Which datasets are not as they usually are, now and day by day. All that is chosen is in the address.
import { useMemo, useState } from 'react';
import type { QualityState } from '../../lib/qualityUrl';
import { parseQuality, qualityHref } from '../../lib/qualityUrl';
import { navigate } from '../../lib/router';
import { AnomalyList } from './AnomalyList';
import { QualityFrame } from './Frame';
import { MonitorList } from './MonitorList';

export function QualityPage({ params }: { params: URLSearchParams }) {
  const text = params.toString();
  const state = useMemo(() => parseQuality(new URLSearchParams(text)), [text]);
  const [now] = useState(() => Date.now());
  const change = (more: Partial<QualityState>) => navigate(qualityHref({ ...state, ...more }));
  if (state.tab === 'anomalies') {
    return (
      <QualityFrame
        here="anomalies"
        title="Quality: anomalies"
        lead="What was unlike its own history, of all datasets and costs. A write that did not come is one on each day on which it was due."
      >
        <AnomalyList state={state} now={now} change={change} />
      </QualityFrame>
    );
  }
  return (
    <QualityFrame
      here="monitors"
      title="Quality"
      lead="Each dataset is held against its own past: when it is written, how much, with which columns, and what is in them."
    >
      <MonitorList state={state} change={change} />
    </QualityFrame>
  );
}
