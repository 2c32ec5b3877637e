import type { RotationProgress, Token, TokenConsumers, TokenDiagnosis, TokenRotation } from '../../contract/api.ts';
import { FAKE_SECRET, makeToken } from './makeToken.ts';

/** What the fake backend knows of its tokens beyond the tokens themselves, by id. */
export interface FakeTokens {
  readonly tokens: Token[];
  readonly progress: Record<string, RotationProgress>;
  readonly consumers: Record<string, TokenConsumers>;
  diagnosis: TokenDiagnosis;
}

export const unseen: TokenConsumers = {
  usualIntervalSeconds: null,
  lastScrape: null,
  consumers: [],
  knocking: null,
  concerns: [],
};

/** A switch that waits for the new token's first scrape, unless told otherwise. */
export function makeProgress(own: Partial<RotationProgress> = {}): RotationProgress {
  return {
    predecessorId: 'old',
    successorId: 'new',
    grace: 'observed',
    startedAt: '2026-11-20T09:58:00Z',
    startedBy: 'grace',
    waitingFor: 'successor',
    successorUsedAt: null,
    silentSeconds: 0,
    silentSecondsNeeded: 600,
    latestAt: null,
    ...own,
  };
}

/** The token with all before and after it, oldest first. */
export function chainOf({ tokens, progress }: Pick<FakeTokens, 'tokens' | 'progress'>, token: Token): TokenRotation {
  const find = (id: string | null) => tokens.find((each) => each.id === id);
  let first = token;
  for (let before = find(first.predecessorId); before; before = find(before.predecessorId)) first = before;
  const chain = [first];
  for (let next = find(first.successorId); next; next = find(next.successorId)) chain.push(next);
  const underWay = Object.values(progress).find(({ successorId }) => chain.some(({ id }) => id === successorId));
  return { chain, progress: underWay ?? null };
}

/** What the fake backend answers about one token beyond the token itself; nothing where that is not what is asked. */
export function answerOf(state: FakeTokens, token: Token, action: string | undefined, body: Record<string, unknown>) {
  switch (action) {
    case 'rotation':
      return { status: 200, answer: chainOf(state, token) };
    case 'consumers':
      return { status: 200, answer: state.consumers[token.id] ?? unseen };
    case 'rotate':
      return { status: 201, answer: rotate(state, token, body['grace']) };
    default:
      return undefined;
  }
}

/** Gives a token its successor, as the backend does it. */
function rotate(state: FakeTokens, token: Token, grace: unknown) {
  const successor = makeToken({
    name: token.name,
    expiresAt: token.expiresAt,
    createdAt: new Date().toISOString(),
    predecessorId: token.id,
  });
  Object.assign(token, { successorId: successor.id });
  if (grace === 0) Object.assign(token, { status: 'revoked', revokedAt: new Date().toISOString(), revokedBy: 'ada' });
  else {
    state.progress[successor.id] = makeProgress({
      predecessorId: token.id,
      successorId: successor.id,
      startedAt: successor.createdAt,
      ...(typeof grace === 'number' && {
        grace: 'timed',
        waitingFor: 'time',
        latestAt: new Date(Date.now() + grace * 1000).toISOString(),
      }),
    });
  }
  state.tokens.unshift(successor);
  return { token: successor, secret: FAKE_SECRET, predecessor: token };
}
