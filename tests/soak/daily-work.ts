/** What goes on around an appliance: administrators, Prometheus, strangers, and faults of what it depends on. */
import { setTimeout as delay } from 'node:timers/promises';
import { newSecret } from '../../backend/tokens/model/token.ts';
import type { Alarm } from '../../contract/api.ts';
import { bearer } from '../support/app.ts';
import { childOf, type IngestPlace } from '../support/ingest-journey.ts';
import { readProcess } from '../support/proc.ts';
import type { VectorReceiver } from '../support/vector.ts';

export interface Work {
  readonly minted: number;
  readonly scrapes: number;
  readonly kills: number;
  readonly outages: number;
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

export function startWork({ place, vector, pid, admin, scrapeToken, forMs }: WorkOptions): Work {
  const over = new AbortController();
  const work = { minted: 0, scrapes: 0, kills: 0, outages: 0, clickhouseBytes: 0 };
  const pause = (ms: number) => delay(ms, undefined, { signal: over.signal }).catch(() => undefined);

  async function call<Answer>(path: string, body?: object): Promise<Answer> {
    const answer = await fetch(place.origin + path, {
      headers: { ...bearer(admin), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }

  async function scrape(headers: Record<string, string>, status: number): Promise<void> {
    const answer = await fetch(`${place.origin}/api/metrics/prometheus`, { headers });
    await answer.text();
    if (answer.status !== status) throw new Error(`a scrape was answered ${answer.status}`);
    work.scrapes += 1;
  }

  const jobs: Readonly<Record<string, () => Promise<void>>> = {
    async administrator() {
      const { token } = await call<{ token: { id: string } }>('/api/tokens', { name: `Token ${work.minted}` });
      work.minted += 1;
      await pause(500);
      await call(`/api/tokens/${token.id}/revoke`, {});
      await pause(500);
    },
    async operator() {
      const { items } = await call<{ items: Alarm[] }>('/api/alarms?state=active&limit=20');
      const [firing] = items.filter(({ state }) => state === 'firing');
      if (firing) await call(`/api/alarms/${firing.id}/acknowledge`, {}).catch(mayHaveResolved);
      const { items: rung } = await call<{ items: { id: string }[] }>('/api/notifications?limit=20');
      if (rung[0]) await call('/api/notifications/read', { upTo: rung[0].id });
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
      await pause(3_000);
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
