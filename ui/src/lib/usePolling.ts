// Asks again and again while something goes on: slower while nothing changes, not at all while the
// page is hidden, at once when it is seen again.
import { useEffect, useRef } from 'react';
import type { Pace } from './backoff';
import { nextWait, usualPace } from './backoff';

interface Polling {
  active: boolean; // false: it has ended
  sign: string; // of what is shown: another one means that it has changed
  failed: boolean; // the last answer was an error, which counts as no change
  reload: () => void;
  pace?: Pace;
}

export function usePolling({ active, sign, failed, reload, pace = usualPace }: Polling): void {
  const wait = useRef(pace.least);
  const seen = useRef(sign);
  const latest = useRef(reload);
  const now = useRef({ sign, failed });
  useEffect(() => {
    latest.current = reload;
    now.current = { sign, failed };
  });
  useEffect(() => {
    if (!active) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const plan = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'hidden') return;
      timer = setTimeout(look, wait.current);
    };
    const look = () => {
      const { sign: shown, failed: bad } = now.current;
      wait.current = nextWait(wait.current, !bad && shown !== seen.current, pace);
      seen.current = shown;
      latest.current();
      plan();
    };
    const visible = () => {
      if (document.visibilityState === 'hidden') clearTimeout(timer);
      else {
        wait.current = pace.least;
        look();
      }
    };
    plan();
    document.addEventListener('visibilitychange', visible);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', visible);
    };
  }, [active, pace]);
}
