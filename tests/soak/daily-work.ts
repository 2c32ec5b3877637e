/** What goes on around an appliance: administrators, Prometheus, strangers, and faults of what it depends on. */
import { setTimeout as delay } from 'node:timers/promises';
import { newSecret } from '../../backend/tokens/model/token.ts';
import type { Alarm } from '../../contract/api.ts';
import { bearer } from '../support/app.ts';
import { childOf, type IngestPlace } from '../support/ingest-journey.ts';
import { readProcess } from '../support/proc.ts';
import type { VectorReceiver } from '../support/vector.ts';
import { holdSlowSockets } from './slow-sockets.ts';
import type { SmallDisk } from '../support/small-disk.ts';

export interface Work {
  readonly minted: number;
  readonly scrapes: number;
  readonly kills: number;
  readonly outages: number;
  /** How often the disk was filled, and changes that were refused for want of space. */
  readonly fillings: number;
  readonly rejected: number;
  /** Connections that were held open by somebody who hinders. */
  readonly held: number;
  /** The most that ClickHouse's process had, in bytes. */
  readonly clickhouseBytes: number;
  /** Aborted as soon as something went wrong. */
  readonly broken: AbortSignal;
  /** Resolves when everybody has gone home. Rejects with the first thing that went wrong. */
  stop(): Promise<void>;
}

export interface WorkOptions {
  readonly place: IngestPlace;
  readonly vector: VectorReceiver;
  /** The backend's process. */
  readonly pid: number;
  /** Credentials that live as long as the work. */
  readonly admin: string;
  readonly scrapeToken: string;
  /** The collectors' credential, which somebody also hinders with; absent: nobody does. */
  readonly hinderedWith?: string | undefined;
  /** The disk that is filled now and then. */
  readonly disk?: SmallDisk | undefined;
  /** How long it is going to last, in milliseconds. */
  readonly forMs: number;
}

const accepts = [
  'text/plain; version=0.0.4',
  'text/plain; version=1.0.0; escaping=underscores',
  'application/openmetrics-text; version=1.0.0',
];
/** A minute and more: ClickHouse is started again at once where it ran that long, and later and later where it did not. */
const KILL_EVERY_MS = 75_000;
const HELD_AT_ONCE = 150;
const HELD_FOR_MS = 40_000;
const FULL_FOR_MS = 20_000;
const FULL_EVERY_MS = 180_000;

/** A change that was refused because the disk is full: nothing of it happened. */
class StorageFull extends Error {}

export function startWork(options: WorkOptions): Work {
  const { place, vector, pid, admin, scrapeToken, hinderedWith, disk, forMs } = options;
  const over = new AbortController();
  const work = { minted: 0, scrapes: 0, kills: 0, outages: 0, clickhouseBytes: 0, fillings: 0, rejected: 0, held: 0 };
  const pause = (ms: number) => delay(ms, undefined, { signal: over.signal }).catch(() => undefined);

  async function call<Answer>(path: string, body?: object): Promise<Answer> {
    const answer = await fetch(place.origin + path, {
      headers: { ...bearer(admin), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status === 503 && text.includes('storage_full')) throw new StorageFull(path);
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }

  /** @returns whether there was room for it */
  async function whereThereIsRoom(change: () => Promise<unknown>): Promise<boolean> {
    try {
      await change();
      return true;
    } catch (error) {
      if (!disk || !(error instanceof StorageFull)) throw error;
      work.rejected += 1;
      return false;
    }
  }

  async function scrape(headers: Record<string, string>, status: number): Promise<void> {
    const answer = await fetch(`${place.origin}/api/metrics/prometheus`, { headers });
    await answer.text();
    if (answer.status !== status) throw new Error(`a scrape was answered ${answer.status}`);
    work.scrapes += 1;
  }

  const minted: string[] = [];
  const jobs: Readonly<Record<string, () => Promise<void>>> = {
    async administrator() {
      await whereThereIsRoom(async () => {
        const { token } = await call<{ token: { id: string } }>('/api/tokens', { name: `Token ${work.minted}` });
        work.minted += 1;
        minted.push(token.id);
      });
      await pause(500);
      // A token can be revoked whether there is room or not.
      for (const id of minted.splice(0)) await call(`/api/tokens/${id}/revoke`, {});
      await pause(500);
    },
    async operator() {
      const { items } = await call<{ items: Alarm[] }>('/api/alarms?state=active&limit=20');
      const [firing] = items.filter(({ state }) => state === 'firing');
      await whereThereIsRoom(async () => {
        if (firing) await call(`/api/alarms/${firing.id}/acknowledge`, {}).catch(mayHaveResolved);
      });
      const { items: rung } = await call<{ items: { id: string }[] }>('/api/notifications?limit=20');
      await whereThereIsRoom(async () => {
        if (rung[0]) await call('/api/notifications/read', { upTo: rung[0].id });
      });
      await call('/api/audit?limit=100');
      await pause(2_000);
    },
    async prometheus() {
      const accept = accepts[work.scrapes % accepts.length] ?? '';
      await scrape({ ...bearer(scrapeToken), accept, 'accept-encoding': 'gzip' }, 200);
      await pause(500);
    },
    async stranger() {
      await scrape(bearer(newSecret()), 401);
      await pause(10_000); // more than ten a minute would be 429 in the long run
    },
    async vectorsFaults() {
      await pause(10_000);
      work.outages += 1;
      if (work.outages % 3 === 0) await vector.away();
      else vector.answer(work.outages % 3 === 1 ? 500 : 'hang');
      await pause(10_000);
      vector.answer(200);
      await vector.back();
    },
    async clickhousesFaults() {
      await pause(Math.min(KILL_EVERY_MS, forMs / 4));
      const child = childOf(pid);
      if (child === undefined || over.signal.aborted) return;
      work.clickhouseBytes = Math.max(work.clickhouseBytes, readProcess(child).residentBytes);
      process.kill(child, 'SIGKILL');
      work.kills += 1;
    },
    async hinderer() {
      if (hinderedWith !== undefined) {
        const slow = holdSlowSockets(place, hinderedWith, HELD_AT_ONCE);
        work.held += HELD_AT_ONCE;
        await pause(HELD_FOR_MS);
        slow.release();
      }
      await pause(HELD_FOR_MS);
    },
    async disksFaults() {
      await pause(Math.min(FULL_EVERY_MS, forMs / 4));
      if (!disk || over.signal.aborted) return;
      disk.fill();
      work.fillings += 1;
      await pause(FULL_FOR_MS);
      disk.free();
    },
  };

  const running = Promise.all(
    Object.values(jobs).map(async (job) => {
      while (!over.signal.aborted) await job();
    }),
  );
  running.catch(() => over.abort());
  return Object.assign(work, {
    broken: over.signal,
    async stop() {
      over.abort();
      await running;
    },
  });
}

/** Between looking and acknowledging. */
function mayHaveResolved(error: Error): void {
  if (!error.message.includes('alarm_not_firing')) throw error;
}
