import { expect, vi } from 'vitest';
import { newSecret } from '../../../backend/tokens/model/token.ts';
import type { AuditEventName, ScrapeRefusalReason } from '../../../contract/audit-events.ts';
import { always } from '../../support/alarms.ts';
import { bearer, testApp } from '../../support/app.ts';
import { ask } from '../../support/http.ts';
import { runVitals } from '../../support/command-line.ts';
import { eventually } from '../../support/server.ts';
import { rule } from './alarms.ts';
import { differences, readScrape } from './exposition.ts';
import type { ProofsOf } from './proof.ts';
import { STAGE_INVENTORY, type Stage } from './stage.ts';

/** Long enough for what has to happen while a token is still valid. */
const SHORT_LIFE_MS = 1_500;

export const tokenProofs: ProofsOf<'scrapeTokens' | 'scrapeTokenExpiry' | 'scrapeAuthFailures' | 'auditEvents'> = {
  scrapeTokens: {
    by: 'tokens are minted, one is revoked, and one expires',
    async prove(stage) {
      const watch = await stage.watch('scrapeTokens');
      const { id } = await stage.mint('To be revoked');
      await watch.moved({ 'status=active': 1 });
      await stage.mint('To expire', soon());
      await watch.moved({ 'status=active': 2 });
      await stage.revoke(id);
      await watch.moved({ 'status=active': 1, 'status=revoked': 1 });
      await watch.moved({ 'status=expired': 1, 'status=revoked': 1 });
    },
  },

  scrapeTokenExpiry: {
    by: 'it is that of the token that scrapes, and absent for one that never expires',
    async prove(stage) {
      const seenBy = async (secret: string) => {
        return readScrape((await stage.appliance.scrape(secret)).text).family('scrapeTokenExpiry');
      };
      const never = await stage.mint('Never expires');
      for (const days of [1, 30]) {
        const at = new Date(Date.now() + days * 86_400_000);
        const { secret } = await stage.mint(`Expires in ${days} days`, at);
        expect(await seenBy(secret)).toEqual({ '': at.getTime() / 1000 });
        expect(await seenBy(never.secret)).toEqual({});
      }
    },
  },

  scrapeAuthFailures: {
    by: 'a scrape is refused for each of the reasons, and one that succeeds is none',
    async prove(stage) {
      const watch = await stage.watch('scrapeAuthFailures');
      const revoked = await stage.mint('Revoked');
      await stage.revoke(revoked.id);
      const good = newSecret();
      const headers: Record<ScrapeRefusalReason, Record<string, string>> = {
        missing: {},
        malformed: { authorization: good },
        wrong_type: bearer('not-a-scrape-token'),
        bad_checksum: bearer(good.slice(0, -1) + (good.endsWith('0') ? '1' : '0')),
        unknown: bearer(good),
        expired: bearer(await expiredToken(stage)),
        revoked: bearer(revoked.secret),
        out_of_scope: bearer(await otherToken(stage)),
      };
      const promised: Record<string, number> = {};
      for (const [index, [reason, sent]] of Object.entries(headers).entries()) {
        for (let times = 0; times <= index; times += 1) await stage.refusedScrape(sent);
        promised[`reason=${reason}`] = index + 1;
        await watch.moved(promised);
      }
    },
  },

  auditEvents: {
    by: 'each event happens once, by API, command line or scrape',
    async prove(stage) {
      const watch = await stage.watch('auditEvents');
      const promised: Record<string, number> = {};
      const happens = async <Result>(event: AuditEventName, work: () => Promise<Result>): Promise<Result> => {
        const result = await work();
        promised[`event=${event}`] = 1;
        await watch.moved(promised);
        return result;
      };
      const post = async (path: string, body: object, method?: string) => {
        expect((await stage.appliance.api('admin', path, body, method)).status).toBe(200);
      };

      const token = await happens('token.created', () => stage.mint('Has a life'));
      await happens('token.renamed', () => post(`/api/tokens/${token.id}/rename`, { name: 'Has another name' }));
      await happens('token.revoked', () => stage.revoke(token.id));
      const credential = await happens('credential.issued', () => issueCredential(stage));
      await happens('credential.revoked', () => post(`/api/credentials/${credential}/revoke`, {}));
      const id = await happens('alarm_rule.created', () => stage.addRule(rule(always)));
      const [alarm] = await eventually('it fires', async () => {
        const alarms = await stage.activeAlarms(id);
        return alarms.length > 0 && alarms;
      });
      await happens('alarm.acknowledged', () => post(`/api/alarms/${alarm ?? ''}/acknowledge`, {}));
      const changed = rule(always, { severity: 'info' });
      await happens('alarm_rule.changed', () => post(`/api/alarm-rules/${id}`, changed, 'PUT'));
      await happens('alarm_rule.deleted', () => stage.removeRule(id));
      const push = { enabled: false, url: '', job: 'vitals', instance: 'renamed', intervalSeconds: 15, username: null };
      await happens('push.changed', () => post('/api/push', push, 'PUT'));
      await happens('scrape.refused', () => stage.refusedScrape());
      await refusalsAreDropped();
    },
  },
};

const soon = () => new Date(Date.now() + SHORT_LIFE_MS);

async function expiredToken(stage: Stage): Promise<string> {
  const watch = await stage.watch('scrapeTokens');
  const { secret } = await stage.mint('Expired', soon());
  await watch.moved({ 'status=expired': 1 });
  return secret;
}

/** One that may read another endpoint than the platform's own. */
async function otherToken({ appliance }: Stage): Promise<string> {
  const create = ['token', 'create', '--name', 'Greenhouse', '--catalogue', STAGE_INVENTORY, '--json'];
  const { code, stdout, stderr } = await runVitals(...create, '--config', appliance.config);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { secret: string }).secret;
}

/** By the command line, beside the running server. */
async function issueCredential({ appliance }: Stage): Promise<string> {
  const issue = ['credential', 'issue', '--role', 'viewer', '--name', 'To be revoked', '--json'];
  const { code, stdout, stderr } = await runVitals(...issue, '--config', appliance.config);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { credential: { id: string } }).credential.id;
}

/**
 * What the log does not keep apart is written down when the minute is over: no process is asked to wait for that, but
 * an application of the same parts, whose minute the test ends.
 */
async function refusalsAreDropped(): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { app, mint } = await testApp({ settings: { server: { trusted_proxies: ['127.0.0.1'] } } });
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/metrics/prometheus`;
    const { secret } = await mint();
    const scrape = async () => readScrape((await ask(url, { headers: bearer(secret) })).text);
    const before = (await scrape()).family('auditEvents');
    for (let address = 1; address <= 62; address += 1) {
      await ask(url, { headers: { 'x-forwarded-for': `198.51.100.${address}` } });
    }
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.waitFor(async () =>
      expect(differences(before, (await scrape()).family('auditEvents'))).toEqual({
        'event=scrape.refused': 60,
        'event=scrape.refusals_dropped': 1,
      }),
    );
  } finally {
    vi.useRealTimers();
  }
}
