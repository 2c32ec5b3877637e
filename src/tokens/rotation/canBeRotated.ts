import type { Token } from '../../../contract/api.ts';

/** Only an active token gets a successor, and only one. */
export function canBeRotated({ status, successorId }: Token): boolean {
  return status === 'active' && successorId === null;
}
