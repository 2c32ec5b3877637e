/** The real thing that truth is asked of: one running backend with everything on, and hands on all that surrounds it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { createClickHouse, type ClickHouse } from '../../../backend/clickhouse/client.ts';
import type { AlarmRule, AlarmRuleBody } from '../../../contract/api.ts';
import type { FamilyKey } from '../../../contract/metrics.ts';
import { startAppliance, type Appliance } from '../../support/appliance.ts';
import { greenhouse, writeCatalogue } from '../../support/catalogues.ts';
import { startFaultyClickHouse, type FaultyClickHouse } from '../../support/faulty-clickhouse.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { shows, startLocalExporter, type LocalExporter } from '../../support/local-exporter.ts';
import { whenOver, type Keep } from '../../support/over.ts';
import { eventually, freePort } from '../../support/server.ts';
import { isWithoutSmallDisk, mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { vectorReceiver, type VectorReceiver } from '../../support/vector.ts';
import { differences, readScrape, type Scraped, type Values } from './exposition.ts';

export const GO_VERSION = 'go1.24.1';
export const CLICKHOUSE_HOST = '127.0.0.1';
/** The id of the catalogue that has a local exporter. */
export const STAGE_SOURCE = 'stage';
/** The id of the one that a token has to name. */
export const STAGE_INVENTORY = 'greenhouse';
/** The spool's disk, of which hardly anything has to be filled before it counts as nearly full. */
const SPOOL_MB = 280;
const LOW_MB = 270;
const DEADLINE_MS = 60_000;

const closedCatalogue = (scrape: string) => `id: ${STAGE_SOURCE}
title: Stage
description: What the local exporter of this test shows.
namespace: stage
scope: platform-health
source: { scrape: '${scrape}' }
families:
  stage_lamp: { type: gauge, help: Whether the lamp is on., labels: { mode: ['on', 'off'] } }
  stage_queue: { type: gauge, help: Waiting. }
  stage_runs_total: { type: counter, help: Runs. }
`;
/** What fits, of two of its families. */
export const STAGE_SHOWS = '# TYPE stage_lamp gauge\nstage_lamp{mode="on"} 1\nstage_lamp{mode="off"} 0\n';

export interface Stage {
  readonly appliance: Appliance;
  readonly folder: string;
  /** The spool's folder. */
  readonly spool: string;
  /** What that lies on; absent where nothing can be mounted. */
  readonly spoolDisk: SmallDisk | undefined;
  readonly vector: VectorReceiver;
  readonly clickhouse: FaultyClickHouse;
  /** Behind the catalogue `STAGE_SOURCE`. */
  readonly exporter: LocalExporter;
  /** Asks ClickHouse past what it is told to do wrong. */
  readonly tables: ClickHouse;
  readonly pid: number;
  /** When the process was started: between these two, in seconds since the Unix epoch. */
  readonly startedBetween: readonly [number, number];
  restart(): Promise<void>;
  scrape(): Promise<Scraped>;
  /** Scrapes of this kind since the backend started. */
  readonly scrapes: number;
  /** Scrapes until `attempt` finds what it looks for. */
  sees<Result>(what: string, attempt: (now: Scraped) => Result | undefined | false): Promise<Result>;
  /** Remembers a family as it is now. */
  watch(key: FamilyKey): Promise<Watch>;
  /** A scrape that has to be refused. It comes from an address of its own, so each is one row of the audit log. */
  refusedScrape(headers?: Record<string, string>): Promise<void>;
  mint(name: string, expiresAt?: Date): Promise<{ id: string; secret: string }>;
  revoke(tokenId: string): Promise<void>;
  addRule(body: AlarmRuleBody): Promise<string>;
  removeRule(id: string): Promise<void>;
  /** Ids of the alarms of a rule, the active ones. */
  activeAlarms(ruleId: string): Promise<string[]>;
  /** Changes the database from outside, as another process would. */
  sql(statement: string): void;
  /** Takes back what a proof that failed has left: nothing is broken, and nothing waits to be inserted or delivered. */
  calm(): Promise<void>;
  /** The audit log is in ClickHouse, so that no insert of it follows. */
  shipped(): Promise<void>;
}

export interface Watch {
  /** Waits until exactly these series of the family have moved since, by exactly so much. */
  moved(promised: Values): Promise<void>;
  /** How far the family has moved in this scrape. */
  by(now: Scraped): Values;
}

export async function startStage(keep: Keep): Promise<Stage> {
  const vector = await vectorReceiver();
  const clickhouse = await startFaultyClickHouse();
  const exporter = await startLocalExporter(shows(STAGE_SHOWS));
  const port = await freePort();
  await clickhouse.listen(port);
  const parent = temporaryFolder();
  const password = join(parent, 'password');
  writeFileSync(password, `${clickhouse.credential.password}\n`, { mode: 0o600 });
  const folder = join(parent, 'appliance');
  const spoolDisk = isWithoutSmallDisk ? undefined : mountSmallDisk(SPOOL_MB);
  const spool = join(spoolDisk?.folder ?? folder, 'spool');
  const { username } = clickhouse.credential;
  let startedAfter = Date.now() / 1000;
  const appliance = await startAppliance(folder, {
    settings: {
      server: { trusted_proxies: ['127.0.0.1'] },
      appliance: { go_version: GO_VERSION },
      prometheus: {
        enabled: true,
        catalogues: [writeCatalogue(closedCatalogue(exporter.url)), writeCatalogue(greenhouse)],
      },
      clickhouse: {
        url: `http://${CLICKHOUSE_HOST}:${port}`,
        username,
        password_file: password,
        staleness_seconds: 2,
      },
      ingest: { spool_dir: spool },
      storage: { min_free_mb: LOW_MB },
      alarms: { tick_seconds: 1 },
      notifications: { vector: { url: vector.url, timeout_seconds: 1, open_after_seconds: 1 } },
    },
  });
  let startedBefore = Date.now() / 1000;
  const tables = createClickHouse({
    url: clickhouse.real.url,
    socketPath: clickhouse.real.socketPath,
    ...clickhouse.credential,
    database: 'vitals',
  });
  whenOver(() => tables.close());
  const database = new Sqlite(join(folder, 'vitals.db'), { timeout: 5_000 });
  whenOver(() => database.close());

  const ask = async <Body>(path: string, body?: unknown, method?: string): Promise<Body> => {
    const answer = await appliance.api<Body>('admin', path, body, method);
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  const own = await ask<{ secret: string }>('/api/tokens', { name: 'The eye of the test' });
  const { items } = await ask<{ items: AlarmRule[] }>('/api/alarm-rules');
  const ofAlarms = items.filter(({ condition }) => condition.kind !== 'token_notice'); // the others ring the bell for tokens
  for (const { id, name, severity, channels, condition } of ofAlarms) {
    await ask(`/api/alarm-rules/${id}`, { name, severity, channels, condition, enabled: false }, 'PUT');
  }

  const rules = new Set<string>();
  let scrapes = 0;
  let lastAddress = 0;

  async function scrape(): Promise<Scraped> {
    const { status, text } = await appliance.scrape(own.secret);
    if (status !== 200) throw new Error(`a scrape was answered ${status}`);
    scrapes += 1;
    return readScrape(text);
  }

  function sees<Result>(what: string, attempt: (now: Scraped) => Result | undefined | false): Promise<Result> {
    return eventually(what, async () => attempt(await scrape()), DEADLINE_MS);
  }

  async function removeRule(id: string): Promise<void> {
    await ask(`/api/alarm-rules/${id}`, undefined, 'DELETE');
    rules.delete(id);
  }

  const activeAlarms = async (ruleId: string) => {
    const list = await ask<{ items: { id: string; ruleId: string }[] }>('/api/alarms?state=active&limit=200');
    return list.items.filter((alarm) => alarm.ruleId === ruleId).map(({ id }) => id);
  };

  return {
    appliance,
    folder,
    spool,
    spoolDisk,
    vector,
    clickhouse,
    exporter,
    tables,
    get pid() {
      return appliance.server.child.pid!;
    },
    get startedBetween() {
      return [startedAfter, startedBefore] as const;
    },
    async restart() {
      startedAfter = Date.now() / 1000;
      await keep(() => appliance.restart());
      startedBefore = Date.now() / 1000;
      scrapes = 0;
    },
    scrape,
    get scrapes() {
      return scrapes;
    },
    sees,
    async watch(key) {
      const before = (await scrape()).family(key);
      const by = (now: Scraped) => differences(before, now.family(key));
      return {
        by,
        async moved(promised) {
          await sees(`${key} has moved by ${JSON.stringify(promised)}`, (now) => {
            expect(by(now)).toEqual(promised);
            return true;
          });
        },
      };
    },
    async refusedScrape(headers = {}) {
      lastAddress += 1;
      const { status } = await appliance.scrape({ 'x-forwarded-for': `198.51.100.${lastAddress}`, ...headers });
      expect(status).toBe(401);
    },
    async mint(name, expiresAt) {
      const body = { name, ...(expiresAt && { expiresAt: expiresAt.toISOString() }) };
      const { token, secret } = await ask<{ token: { id: string }; secret: string }>('/api/tokens', body);
      return { id: token.id, secret };
    },
    revoke: (tokenId) => ask(`/api/tokens/${tokenId}/revoke`, {}),
    async addRule(body) {
      const { rule } = await ask<{ rule: AlarmRule }>('/api/alarm-rules', body);
      rules.add(rule.id);
      return rule.id;
    },
    removeRule,
    activeAlarms,
    sql: (statement) => void database.exec(statement),
    async calm() {
      clickhouse.misbehave('none');
      vector.answer(200);
      spoolDisk?.free();
      await vector.back();
      exporter.answer(shows(STAGE_SHOWS));
      await exporter.back();
      for (const id of rules) await removeRule(id);
      await sees('all is calm', (now) => {
        expect(now.family('alarmsActive')).toEqual({
          'severity=critical': 0,
          'severity=warning': 0,
          'severity=info': 0,
        });
        expect(now.value('notificationQueueDepth')).toBe(0);
        expect(now.value('vectorCircuitBreakerOpen')).toBe(0);
        expect(now.value('clickhouseUp', `instance=${CLICKHOUSE_HOST}`)).toBe(1);
        expect(now.value('catalogueSourceUp', `catalogue=${STAGE_SOURCE}`)).toBe(1);
        return true;
      });
      await eventually('nothing waits in the spool', async () => {
        const { spool } = await ask<{ spool: { waitingRows: number } }>('/api/health');
        return spool.waitingRows === 0;
      });
    },
    async shipped() {
      await eventually('the audit log is shipped', async () => {
        const { items } = await ask<{ items: { seq: number }[] }>('/api/audit?limit=1');
        const [last] = await tables.select<{ seq: string }>('SELECT max(seq) AS seq FROM audit_events');
        return Number(last?.seq) === items[0]?.seq;
      });
    },
  };
}
