import { dateTimeFormat } from '@grafana/data';
import { t } from '@grafana/i18n';
import type { RotationProgress, TokenRotation } from '../../../contract/api.ts';
import { asText } from '../../lib/asText.ts';

/** How a switch from a token to its successor stands. */
export type RotationState = 'waiting' | 'done' | 'cancelled';

/** Tells by a token's rotation how far the switch to it is. */
export function rotationState({ chain, progress }: TokenRotation, successorId: string): RotationState {
  if (progress) return 'waiting';
  const successor = chain.find(({ id }) => id === successorId);
  const predecessor = chain.find(({ id }) => id === successor?.predecessorId);
  return predecessor?.status === 'active' ? 'cancelled' : 'done';
}

/** The same in label. */
export function rotationLabel(rotation: TokenRotation, successorId: string): string {
  if (rotation.progress) return progressLabel(rotation.progress);
  return rotationState(rotation, successorId) === 'done'
    ? t('rotation.done', 'The old token has been revoked. The rotation is complete.')
    : t('rotation.cancelled', 'The rotation was cancelled: the old token stays valid.');
}

/** What a switch that is under way waits for. */
export function progressLabel(progress: RotationProgress): string {
  const { waitingFor, successorUsedAt, latestAt } = progress;
  const until = latestAt ? dateTimeFormat(latestAt) : '—';
  const values = { until, ...asText };
  if (waitingFor === 'time') {
    return successorUsedAt
      ? t('rotation.time-used', 'The new token is in use. The old one stays valid until {{until}}.', values)
      : t('rotation.time', 'Waiting for the new token to be used. The old one stays valid until {{until}}.', values);
  }
  const label =
    waitingFor === 'successor' ? t('rotation.successor', 'Waiting for the new token to be used.') : idleLabel(progress);
  if (!latestAt) return label;
  return `${label} ${t('rotation.latest', 'The old one ends on {{until}} at the latest.', values)}`;
}

function idleLabel({ silentSeconds, silentSecondsNeeded }: RotationProgress): string {
  return t(
    'rotation.idle',
    'The new token is in use. Waiting for the old one to be idle: {{idle}} of {{needed}} minutes.',
    {
      idle: Math.min(Math.floor(silentSeconds / 60), Math.ceil(silentSecondsNeeded / 60)),
      needed: Math.ceil(silentSecondsNeeded / 60),
    },
  );
}
