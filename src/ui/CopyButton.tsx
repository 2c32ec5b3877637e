import { useEffect, useState, type RefObject } from 'react';
import { t } from '@grafana/i18n';
import { Button, type ButtonProps } from '@grafana/ui';

const COPIED_MS = 2000;

interface Props extends Pick<ButtonProps, 'size' | 'variant'> {
  /** The element whose text is copied: an input's value, else its content. The button keeps no copy of it. */
  readonly from: RefObject<HTMLElement | null>;
  readonly label?: string;
}

type State = 'idle' | 'copied' | 'failed';

/** Copy, which turns into "Copied!" for two seconds. Where the browser forbids it, the text is selected for Ctrl+C. */
export function CopyButton({ from, label, ...button }: Props) {
  const [state, setState] = useState<State>('idle');
  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => setState('idle'), COPIED_MS);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    const element = from.current;
    if (element) setState((await copyFrom(element)) ? 'copied' : 'failed');
  }

  const labels: Record<State, string> = {
    idle: t('copy.idle', 'Copy'),
    copied: t('copy.copied', 'Copied!'),
    failed: t('copy.failed', 'Press Ctrl+C'),
  };
  return (
    <>
      <Button
        type="button"
        {...button}
        icon={state === 'copied' ? 'check' : 'copy'}
        variant={state === 'copied' ? 'success' : button.variant}
        aria-label={state === 'idle' ? label : undefined}
        onClick={() => void copy()}
      >
        {labels[state]}
      </Button>
      <span role="status" className="sr-only">
        {state === 'idle' ? '' : labels[state]}
      </span>
    </>
  );
}

/** Pages on plain http have no clipboard API; the old command copies what is selected. */
async function copyFrom(element: HTMLElement): Promise<boolean> {
  const text = element instanceof HTMLInputElement ? element.value : (element.textContent ?? '');
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    select(element);
    return typeof document.execCommand === 'function' && document.execCommand('copy');
  }
}

function select(element: HTMLElement): void {
  if (element instanceof HTMLInputElement) {
    element.focus();
    element.select();
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = document.getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}
