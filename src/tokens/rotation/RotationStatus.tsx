import { useEffect } from 'react';
import { t } from '@grafana/i18n';
import type { TokenRotation } from '../../../contract/api.ts';
import { rotationQuery } from '../../api/queries.ts';
import { testIds } from '../../lib/testIds.ts';
import { StatusLine } from '../../ui/StatusLine.tsx';
import { usePolling } from '../../ui/useRequest.ts';
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
  const { value: rotation, failure } = usePolling(rotationQuery(tokenId), ASK_EVERY_MS);
  const state = rotation && rotationState(rotation, tokenId);
  useEffect(() => {
    if (state === 'done') onDone();
  }, [state, onDone]);
  return (
    <StatusLine look={look(rotation, state)} testId={testIds.switchLine}>
      {rotation && rotationLabel(rotation, tokenId)} {note(rotation, failure !== undefined, isEnabled)}
    </StatusLine>
  );
}

function look(rotation: TokenRotation | undefined, state: ReturnType<typeof rotationState> | undefined) {
  if (state === 'done') return 'done';
  return state === 'cancelled' || rotation?.progress?.waitingFor === 'time' ? 'idle' : 'waiting';
}

function note(rotation: TokenRotation | undefined, isUnanswered: boolean, isEnabled: boolean): string | undefined {
  if (isUnanswered) return t('rotation.unanswered', '(The backend does not answer at the moment.)');
  return !isEnabled && rotation?.progress
    ? t('rotation.disabled', '(The integration is disabled: nothing is scraped until it is enabled.)')
    : undefined;
}
