import { useCallback, useEffect, useRef } from 'react';

interface Origin {
  readonly element: HTMLElement;
  readonly row: HTMLElement | null;
}

/**
 * Gives the focus back when a dialog closes: to what opened it, or, where that is gone by then, to the first control of
 * the same row. Call the returned function right before the dialog opens.
 */
export function useReturnFocus(isOpen: boolean): () => void {
  const origin = useRef<Origin>(undefined);
  useEffect(() => {
    if (!isOpen) return;
    return () => {
      // After the dialog's own housekeeping, which ends on the page's body.
      requestAnimationFrame(() => {
        const { element, row } = origin.current ?? {};
        (element?.isConnected ? element : row?.querySelector('button'))?.focus();
      });
    };
  }, [isOpen]);
  return useCallback(() => {
    const element = document.activeElement;
    if (element instanceof HTMLElement) origin.current = { element, row: element.closest('tr') };
  }, []);
}
