import { useEffect } from 'react';
import { locationService } from '@grafana/runtime';

/** Asks before the page is left: by a reload, a closed tab, the Back button or a link. */
export function useLeaveConfirmation(question: string): void {
  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', onBeforeUnload);
    const unblock = locationService.getHistory().block(question);
    return () => {
      window.removeEventListener('beforeunload', onBeforeUnload);
      unblock();
    };
  }, [question]);
}
