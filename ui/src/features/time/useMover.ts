// Moving a moment by hand: what is shown follows at once, the address (and with it the questions to
// the server) a little later. One gesture is one step of the history.
import { useCallback, useEffect, useRef, useState } from 'react';

export type How = 'push' | 'replace';
type Moment = string | null; // null: now

const pauseMs = 130; // between the hand's last move and the question
const gestureMs = 1200; // keys pressed one after the other are one gesture

export interface Mover {
  shown: Moment;
  moveTo: (moment: Moment) => void; // on the way
  settleAt: (moment: Moment) => void; // the gesture ends here
  begin: () => void; // a new gesture, however soon after the last
}

export function useMover(moment: Moment, commit: (moment: Moment, how: How) => void): Mover {
  const [draft, setDraft] = useState<{ moment: Moment; over: Moment } | null>(null);
  const sent = useRef<Moment | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const gestureEnds = useRef(0);
  const latest = useRef(commit);
  useEffect(() => {
    latest.current = commit;
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = useCallback(
    (next: Moment) => {
      clearTimeout(timer.current);
      const now = Date.now();
      // What was moved elsewhere in between ends the gesture too.
      const goesOn = now < gestureEnds.current && sent.current === moment;
      latest.current(next, goesOn ? 'replace' : 'push');
      sent.current = next;
      gestureEnds.current = now + gestureMs;
    },
    [moment],
  );
  const moveTo = useCallback(
    (next: Moment) => {
      setDraft({ moment: next, over: moment });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => send(next), pauseMs);
    },
    [moment, send],
  );
  const settleAt = useCallback(
    (next: Moment) => {
      send(next);
      setDraft(null);
    },
    [send],
  );
  const begin = useCallback(() => {
    gestureEnds.current = 0;
  }, []);
  // Once the address has moved, it is right again, also when it was moved by the back button.
  return { shown: draft && draft.over === moment ? draft.moment : moment, moveTo, settleAt, begin };
}
