import { useEffect } from 'react';
import { credentialRefusal } from '../api/credentialRefusal.ts';

/**
 * Does something again and again while the page can be seen, and at once when it comes into sight again. It rests while the
 * backend refuses Grafana's credential: until a person tries again, or the settings are changed.
 * @param action asks the server, and leaves a request alone that is under way
 */
export function useWhileVisible(action: () => void, everyMs: number): void {
  useEffect(() => {
    const act = () => document.visibilityState === 'visible' && !credentialRefusal() && action();
    const timer = setInterval(act, everyMs);
    document.addEventListener('visibilitychange', act);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', act);
    };
  }, [action, everyMs]);
}
