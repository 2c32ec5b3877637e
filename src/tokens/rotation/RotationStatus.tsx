import { useCallback, useEffect } from 'react';
import { t } from '@grafana/i18n';
import type { TokenRotation } from '../../../contract/api.ts';
import { getRotation } from '../../api/client.ts';
import { testIds } from '../../lib/testIds.ts';
import { StatusLine } from '../../ui/StatusLine.tsx';
import { usePolled } from '../../ui/usePolling.ts';
import { rotationState, rotationLabel } from './rotationLabels.ts';

const ASK_EVERY_MS = 3000;

interface Props {
  /** The new token. */
  readonly tokenId: string;
  /** With the integration disabled nobody scrapes: only time can end the old token. */
  readonly isEnabled: boolean;
  /** Has to stay the same function from render to render. */
  readonly onDone: () => void;
}

/** Says, while the dialog is open, how far the switch to a new token is. */
export function RotationStatus({ tokenId, isEnabled, onDone }: Props) {
  const question = useCallback((signal: AbortSignal) => getRotation(tokenId, signal), [tokenId]);
  const { answer, failure } = usePolled(question, ASK_EVERY_MS);
  const state = answer && rotationState(answer, tokenId);
  useEffect(() => {
    if (state === 'done') onDone();
  }, [state, onDone]);
  return (
    <StatusLine look={look(answer, state)} testId={testIds.switchLine}>
      {answer && rotationLabel(answer, tokenId)} {note(answer, failure !== undefined, isEnabled)}
    </StatusLine>
  );
}

function look(rotation: TokenRotation | undefined, state: ReturnType<typeof rotationState> | undefined) {
  if (state === 'done') return 'done';
  return state === 'called_off' || rotation?.progress?.waitingFor === 'time' ? 'idle' : 'waiting';
}

function note(rotation: TokenRotation | undefined, isUnanswered: boolean, isEnabled: boolean): string | undefined {
  if (isUnanswered) return t('switch.unanswered', '(The backend does not answer at the moment.)');
  return !isEnabled && rotation?.progress
    ? t('switch.disabled', '(The integration is disabled: nothing is scraped until it is enabled.)')
    : undefined;
}
