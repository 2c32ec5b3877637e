import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { bearer } from '../../support/app.ts';
import { newSecret } from '../../../backend/tokens/model/token.ts';
import type { Values } from './exposition.ts';
import type { ProofsOf } from './proof.ts';
import type { Stage } from './stage.ts';

export const httpProofs: ProofsOf<'httpRequests' | 'httpRequestDuration'> = {
  httpRequests: {
    by: 'requests of each group succeed, are refused, and fail for want of a table; ingest is not counted',
    async prove(stage) {
      const moved = await countRequests(stage);
      const { api } = stage.appliance;
      await moved({});
      expect((await api('admin', '/api/tokens')).status).toBe(200);
      await moved({ 'group=api,code=2xx': 1 });
      expect((await api(undefined, '/api/tokens')).status).toBe(401);
      expect((await api('admin', '/api/tokens?limit=0')).status).toBe(400);
      await moved({ 'group=api,code=2xx': 1, 'group=api,code=4xx': 2 });
      await stage.refusedScrape();
      await moved({ 'group=api,code=2xx': 1, 'group=api,code=4xx': 2, 'group=scrape,code=4xx': 1 });
      const row = { ts: Date.now(), name: 'uncounted', value: 1 };
      expect(await stage.appliance.ingest('counter-stats', [row])).toBe(202);
      expect(await stage.appliance.ingest('counter-stats', [{ ...row, value: 'bad' }])).toBe(400);

      await without(stage, 'bell_notifications', async () => {
        expect((await api('admin', '/api/notifications')).status).toBe(500);
      });
      await without(stage, 'scrape_tokens', async () => {
        expect((await stage.appliance.scrape(newSecret())).status).toBe(503);
      });
      await moved({
        'group=api,code=2xx': 1,
        'group=api,code=4xx': 2,
        'group=api,code=5xx': 1,
        'group=scrape,code=4xx': 1,
        'group=scrape,code=5xx': 1,
      });
    },
  },

  httpRequestDuration: {
    by: 'a request whose body takes its time is counted once, beyond every bucket that is shorter',
    async prove(stage) {
      const slowMs = 300;
      const watch = await stage.watch('httpRequestDuration');
      const begun = performance.now();
      expect(await mintSlowly(stage, slowMs)).toBe(201);
      const seconds = (performance.now() - begun) / 1000;
      const now = await stage.sees('it is counted', (scraped) => watch.by(scraped)['count group=api'] === 1 && scraped);
      const moved = watch.by(now);
      expect(moved['sum group=api']).toBeGreaterThanOrEqual(slowMs / 1000);
      expect(moved['sum group=api']).toBeLessThanOrEqual(seconds);
      const shorter = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
      for (const bound of shorter) expect(moved).not.toHaveProperty([`bucket group=api,le=${bound}`]);
      expect(moved['bucket group=api,le=+Inf']).toBe(1);
      expect(moved['count group=scrape']).toBe(moved['bucket group=scrape,le=+Inf']);
    },
  },
};

/** Waits until exactly these requests were counted, and the scrapes of this very test. */
async function countRequests(stage: Stage): Promise<(promised: Values) => Promise<void>> {
  const watch = await stage.watch('httpRequests');
  const scrapes = stage.scrapes;
  return async (promised) => {
    await stage.sees(`requests were counted: ${JSON.stringify(promised)}`, (now) => {
      expect(watch.by(now)).toEqual({ ...promised, 'group=scrape,code=2xx': stage.scrapes - scrapes });
      return true;
    });
  };
}

/** The database has lost a table meanwhile. */
async function without(stage: Stage, table: string, meanwhile: () => Promise<void>): Promise<void> {
  stage.sql(`ALTER TABLE ${table} RENAME TO lost`);
  try {
    await meanwhile();
  } finally {
    stage.sql(`ALTER TABLE lost RENAME TO ${table}`);
  }
}

async function mintSlowly({ appliance }: Stage, ms: number): Promise<number> {
  const body = JSON.stringify({ name: 'Minted slowly' });
  const headers = {
    ...bearer(appliance.jwts.admin),
    'content-type': 'application/json',
    'content-length': body.length,
  };
  const url = `http://${appliance.instance}/api/tokens`;
  const minting = request(url, { method: 'POST', headers: { ...headers, expect: '100-continue' } });
  const answered = new Promise<number>((resolve, reject) => {
    minting.on('error', reject);
    minting.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0)));
  });
  minting.on('continue', () => void wait(ms + 5).then(() => minting.end(body)));
  minting.flushHeaders();
  return answered;
}
