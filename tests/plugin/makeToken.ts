import type { Token } from '../../contract/api.ts';

/** A scrape token as it is shown once. */
export const FAKE_SECRET = `vst_${'Ab3x'.repeat(11)}Zz90q`;

let count = 0;

export function makeToken(own: Partial<Token> = {}): Token {
  count += 1;
  return {
    id: `t${count}`,
    name: `Token ${count}`,
    prefix: 'vst_Ab3x',
    origin: 'minted',
    catalogues: ['platform'],
    createdAt: '2026-11-01T08:00:00Z',
    createdBy: 'ada',
    expiresAt: null,
    lastUsedAt: null,
    lastIp: null,
    status: 'active',
    revokedAt: null,
    revokedBy: null,
    predecessorId: null,
    successorId: null,
    concerns: [],
    ...own,
  };
}
