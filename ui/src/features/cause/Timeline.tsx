// The causes in their time: one lane for each kind, a mark for each cause.
import { Icon } from '../../components/Icons';
import { moment } from '../../lib/format';
import { ticks } from '../../lib/timeScale';
import { kindTexts } from './kinds';
import type { Lane, Mark } from './timeline';
import { lanes, spanOf } from './timeline';
import type { CauseAnswer } from './useCause';

interface Props {
  answer: CauseAnswer;
  chosen: number | null; // rank
  onChoose: (rank: number | null) => void;
}

const markWidth = 0.075; // of the timeline: what a mark takes
const rowHeight = 28;
const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

function MarkButton({ mark, chosen, onChoose }: { mark: Mark } & Omit<Props, 'answer'>) {
  const { cause } = mark;
  const active = cause.rank === chosen;
  const { icon, text } = kindTexts[cause.kind];
  return (
    <>
      {mark.end > mark.share && (
        <span
          className="cause-extent"
          style={{
            left: percent(mark.share),
            width: percent(mark.end - mark.share),
            top: mark.row * rowHeight + 13,
          }}
        />
      )}
      <button
        type="button"
        className={`cause-mark kind-${cause.kind}`}
        style={{ left: percent(mark.share), top: mark.row * rowHeight + 2 }}
        aria-pressed={active}
        aria-label={`${cause.rank}: ${text}, ${moment(cause.at)}`}
        title={`${cause.rank}. ${cause.summary}\n${moment(cause.at)}`}
        onClick={() => onChoose(active ? null : cause.rank)}
      >
        <Icon name={icon} size={13} />
        <span className="cause-mark-rank">{cause.rank}</span>
      </button>
    </>
  );
}

function LaneRow({ lane, ...p }: { lane: Lane } & Omit<Props, 'answer'>) {
  return (
    <div className="cause-lane">
      <span className="cause-lane-name">{kindTexts[lane.kind].text}</span>
      <div className="cause-lane-marks" style={{ height: lane.rows * rowHeight }}>
        {lane.marks.map((mark) => (
          <MarkButton key={mark.cause.rank} mark={mark} {...p} />
        ))}
      </div>
    </div>
  );
}

export function Timeline({ answer, ...p }: Props) {
  const span = spanOf(answer);
  return (
    <div className="cause-timeline" role="group" aria-label="Causes in time">
      <div className="cause-grid" aria-hidden>
        {ticks(span, 4).map((tick) => (
          <span key={tick.share} style={{ left: percent(tick.share) }} />
        ))}
      </div>
      {lanes(answer.causes, span, markWidth).map((lane) => (
        <LaneRow key={lane.kind} lane={lane} {...p} />
      ))}
      <div className="cause-axis" aria-hidden>
        {ticks(span, 4).map((tick) => (
          <span key={tick.share} style={{ left: percent(tick.share) }}>
            {tick.text}
          </span>
        ))}
      </div>
    </div>
  );
}
