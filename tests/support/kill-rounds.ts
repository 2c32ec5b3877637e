/** The backend killed at random moments while it writes. Shared by the journey and by the soak, which differ in rounds only. */
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { CreatedToken, TokenList } from '../../contract/api.ts';
import { ask, type Answer } from './http.ts';
import { makePlace, type Place } from './place.ts';
import { startServer } from './server.ts';

const CLIENTS = 6;
/** A kill comes after so many acknowledged writes at most. */
const MOST_WRITES = 60;
/** And then at some moment within so many milliseconds, so that it falls anywhere in the next writes. */
const SPREAD_MS = 6;
/** Rounds between two walks along the audit chain. A chain that broke stays broken, so none is missed. */
const VERIFY_EVERY = 5;

/** What the backend acknowledged: ids of minted tokens with their secrets, and ids of revoked ones. */
interface Ledger {
  readonly minted: Map<string, string>;
  readonly revoked: Set<string>;
}

interface Client {
  readonly place: Place;
  readonly agent: Agent;
  readonly jwt: string;
}

/**
 * Mints and revokes through the API, kills, starts again, and compares with what was acknowledged; so many times.
 * @returns how much was acknowledged in all.
 */
export async function killRounds(rounds: number): Promise<{ minted: number; revoked: number }> {
  const place = await makePlace();
  const issued = await place.cli<{ jwt: string }>(
    ...['credential', 'issue', '--role', 'admin', '--name', 'writer', '--ttl', '30d'],
  );
  const all: Ledger = { minted: new Map(), revoked: new Set() };
  let last: Ledger = { minted: new Map(), revoked: new Set() };

  for (let round = 1; round <= rounds + 1; round++) {
    const server = await startServer(place.config);
    const client = { place, jwt: issued.jwt, agent: new Agent({ keepAlive: true }) };
    await expectKept(client, last, `round ${round}`);
    await expectUsable(client, last);
    if (round % VERIFY_EVERY === 0 || round > rounds) await expectVerified(place, round);

    if (round <= rounds) {
      last = await writeUntilKilled(client, () => server.kill('SIGKILL'));
      for (const [id, secret] of last.minted) all.minted.set(id, secret);
      for (const id of last.revoked) all.revoked.add(id);
    } else {
      await expectKept(client, all, 'the end');
      expect(await server.kill('SIGTERM')).toBe(0);
    }
    client.agent.destroy();
  }
  await expectAccounted(place, all);
  return { minted: all.minted.size, revoked: all.revoked.size };
}

/** Several clients write until the kill; before it every write has to succeed. */
async function writeUntilKilled(client: Client, kill: () => Promise<number | null>): Promise<Ledger> {
  const ledger: Ledger = { minted: new Map(), revoked: new Set() };
  const limit = 1 + Math.floor(Math.random() * MOST_WRITES);
  let killing: Promise<number | null> | undefined;

  const acknowledged = () => {
    if (ledger.minted.size + ledger.revoked.size < limit) return;
    killing ??= delay(Math.random() * SPREAD_MS).then(kill);
  };
  const write = async () => {
    for (;;) {
      const minted = await post(client, '/api/tokens', { name: 'written' });
      expect({ status: minted.status, text: minted.text }).toMatchObject({ status: 201 });
      const { token, secret } = JSON.parse(minted.text) as CreatedToken;
      ledger.minted.set(token.id, secret);
      acknowledged();
      if (Math.random() < 0.5) continue;
      const revoked = await post(client, `/api/tokens/${token.id}/revoke`, {});
      expect({ status: revoked.status, text: revoked.text }).toMatchObject({ status: 200 });
      ledger.revoked.add(token.id);
      acknowledged();
    }
  };
  const writer = () =>
    write().catch((error: unknown) => {
      if (killing === undefined || !isConnectionError(error)) throw error;
    });
  await Promise.all(Array.from({ length: CLIENTS }, writer));
  await killing;
  return ledger;
}

function post({ place, jwt, agent }: Client, path: string, body: unknown): Promise<Answer> {
  return ask(place.origin + path, { body, agent, headers: { authorization: `Bearer ${jwt}` } });
}

function isConnectionError(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(String((error as { code?: unknown }).code))
  );
}

/** Every token that was acknowledged is listed, and every one whose revocation was acknowledged is revoked. */
async function expectKept({ place, jwt, agent }: Client, ledger: Ledger, when: string): Promise<void> {
  const status = new Map<string, string>();
  const isFound = () => [...ledger.minted.keys()].every((id) => status.has(id));
  let cursor: string | null = '';
  while (cursor !== null && !isFound()) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const url = `${place.origin}/api/tokens?sort=-createdAt&limit=200${from}`;
    const answer = await ask(url, { agent, headers: { authorization: `Bearer ${jwt}` } });
    expect(answer, when).toMatchObject({ status: 200 });
    const list = JSON.parse(answer.text) as TokenList;
    for (const token of list.items) status.set(token.id, token.status);
    cursor = list.nextCursor;
  }
  const lost = [...ledger.minted.keys()].filter((id) => !status.has(id));
  const notRevoked = [...ledger.revoked].filter((id) => status.get(id) !== 'revoked');
  expect({ when, lost, notRevoked }).toEqual({ when, lost: [], notRevoked: [] });
}

/** A token that was kept scrapes; one whose revocation was acknowledged does not. What was not answered may be either. */
async function expectUsable({ place, agent }: Client, ledger: Ledger): Promise<void> {
  const url = `${place.origin}/api/metrics/prometheus`;
  const wrong: string[] = [];
  for (const [id, secret] of ledger.minted) {
    const { status } = await ask(url, { agent, headers: { authorization: `Bearer ${secret}` } });
    const isRefused = status === 401 || status === 429; // after so many revoked ones the address is told to wait
    if (!isRefused && (ledger.revoked.has(id) || status !== 200)) wrong.push(`${id}: ${status}`);
  }
  expect(wrong).toEqual([]);
}

async function expectVerified(place: Place, round: number): Promise<void> {
  const { code, stderr } = await place.verify();
  expect({ round, code, stderr }).toEqual({ round, code: 0, stderr: '' });
}

/** Rows, running totals and audit events agree with each other: nothing was written by halves. */
async function expectAccounted(place: Place, all: Ledger): Promise<void> {
  const tokens = await place.tokens();
  const revoked = tokens.filter(({ status }) => status === 'revoked');
  expect(tokens.length).toBeGreaterThanOrEqual(all.minted.size);
  expect(revoked.length).toBeGreaterThanOrEqual(all.revoked.size);

  const total = async (...filter: string[]) => (await place.cli<TokenList>('token', 'list', ...filter)).total;
  expect(await total()).toBe(tokens.length);
  expect(await total('--status', 'revoked')).toBe(revoked.length);

  const story = await place.story();
  const targets = (event: string) => story.filter((one) => one.event === event).map(({ target }) => target);
  expect(targets('token.created').sort()).toEqual(tokens.map(({ id }) => id).sort());
  expect(targets('token.revoked').sort()).toEqual(revoked.map(({ id }) => id).sort());
}
