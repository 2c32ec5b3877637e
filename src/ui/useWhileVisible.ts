import { useEffect } from 'react';

/** Does something again and again while the page can be seen, and at once when it comes into sight again. */
export function useWhileVisible(action: () => void, everyMs: number): void {
  useEffect(() => {
    const act = () => document.visibilityState === 'visible' && action();
    const timer = setInterval(act, everyMs);
    document.addEventListener('visibilitychange', act);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', act);
    };
  }, [action, everyMs]);
}
