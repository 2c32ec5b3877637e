import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Push, PushSettingsBody, PushTest } from '../../contract/api.ts';
import { health } from '../../contract/dashboards/health/health.ts';
import { startAppliance, type Appliance } from '../support/appliance.ts';
import { runVitals } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';
import { execute, panelQueries, readDashboard, substitute, variableValues } from '../support/grafana-queries.ts';
import { checkShape } from '../support/panel-answers.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { pushUser, startPushgateway, type Pushgateway } from '../support/pushgateway.ts';
import { eventually, startServer } from '../support/server.ts';
import { testWith } from '../tools.ts';

const GROUP = { job: 'vitals', instance: 'appliance.example.com' };

function settingsFor({ url }: Pushgateway, change: Partial<PushSettingsBody> = {}): PushSettingsBody {
  return { enabled: true, url, ...GROUP, intervalSeconds: 1, username: null, ...change };
}

async function set(appliance: Appliance, body: PushSettingsBody): Promise<void> {
  const answer = await appliance.api<Push>('admin', '/api/push', body, 'PUT');
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 });
}

const healthOf = async (appliance: Appliance) => (await appliance.api<Push>('admin', '/api/push')).body.health;

/** The groups that lie in the Pushgateway are these and no others. */
async function holds(gateway: Pushgateway, groups: readonly { job: string; instance: string }[]): Promise<void> {
  await eventually(`the groups are ${JSON.stringify(groups)}`, async () => {
    expect((await gateway.groups()).map(({ job, instance }) => ({ job, instance }))).toEqual(groups);
    return true;
  });
}

/** The panels that the appliance’s manual suggests, by the names they have here. */
const ofTheManual = ['Appliance uptime', 'Active alarms by severity', 'ClickHouse up', 'Batch insert p50 and p99'];

testWith(
  'prometheus-pushgateway',
  'what is pushed lies under its labels, whatever they are, and is gone after a rename, when disabled, and after a clean stop',
  async ({ 'prometheus-pushgateway': binary }) => {
    const folder = temporaryFolder();
    const gateway = await startPushgateway(binary, folder);
    const appliance = await startAppliance(`${folder}/appliance`, {
      settings: { clickhouse: { url: 'http://127.0.0.1:9' }, ingest: { spool_dir: 'spool' } },
    });
    const tested = await appliance.api<PushTest>('admin', '/api/push/test', settingsFor(gateway));
    expect(tested.body).toMatchObject({ ok: true, reason: null });
    await holds(gateway, []);

    const names = ['a/b', '/', '..', 'Προμηθεύς 🔑', 'with space & ?#%', 'host:9470', 'x'.repeat(200)];
    for (const name of names) {
      const group = { job: name, instance: name };
      await set(appliance, settingsFor(gateway, group));
      await holds(gateway, [group]);
    }
    await set(appliance, settingsFor(gateway, { instance: '' }));
    await holds(gateway, [{ job: GROUP.job, instance: '' }]);

    await set(appliance, settingsFor(gateway));
    await holds(gateway, [GROUP]);
    // ClickHouse's own label stays beside the group's.
    const up = await eventually('ClickHouse was asked', async () => {
      const found = await gateway.samples('dhcp_dpi_clickhouse_up');
      return found.length > 0 && found;
    });
    expect(up.map(({ labels }) => labels)).toEqual([{ ...GROUP, exported_instance: '127.0.0.1' }]);
    expect((await healthOf(appliance)).status).toBe('ok');

    await set(appliance, settingsFor(gateway, { enabled: false }));
    await holds(gateway, []);
    await eventually('nothing is left to do', async () => {
      const { status, staleGroups } = await healthOf(appliance);
      return status === 'off' && staleGroups.length === 0;
    });

    await set(appliance, settingsFor(gateway));
    await holds(gateway, [GROUP]);
    expect(await appliance.server.kill('SIGTERM')).toBe(0);
    expect(await gateway.groups()).toEqual([]);
  },
);

testWith(
  'prometheus-pushgateway',
  'what a killed process left survives the Pushgateway’s restart, until the next process pushes under another name',
  async ({ 'prometheus-pushgateway': binary }) => {
    const folder = temporaryFolder();
    const gateway = await startPushgateway(binary, folder);
    const appliance = await startAppliance(`${folder}/appliance`, { settings: {} });
    await set(appliance, settingsFor(gateway));
    await holds(gateway, [GROUP]);

    await appliance.kill();
    await gateway.stop();
    await gateway.start();
    await holds(gateway, [GROUP]);

    const renamed = await runVitals('push', 'set', '--instance', 'renamed', '--config', appliance.config);
    expect(renamed).toMatchObject({ code: 0, stderr: '' });
    const next = await startServer(appliance.config);
    await holds(gateway, [{ ...GROUP, instance: 'renamed' }]);

    // Beside the running server, too.
    expect((await runVitals('push', 'disable', '--config', appliance.config)).code).toBe(0);
    await holds(gateway, []);
    expect((await runVitals('push', 'set', '--enable', '--config', appliance.config)).code).toBe(0);
    await holds(gateway, [{ ...GROUP, instance: 'renamed' }]);
    expect(await next.kill('SIGTERM')).toBe(0);
    expect(await gateway.groups()).toEqual([]);
  },
);

testWith(
  'prometheus-pushgateway',
  'a Pushgateway that wants a password gets it, one that is down is told of, and what had to stay there goes when it is back',
  async ({ 'prometheus-pushgateway': binary }) => {
    const folder = temporaryFolder();
    const gateway = await startPushgateway(binary, folder, { withUser: true });
    const appliance = await startAppliance(`${folder}/appliance`, { settings: {} });
    const { username, password } = pushUser;
    const failing = (reason: string) =>
      eventually(`it fails: ${reason}`, async () => {
        const { status, lastFailure } = await healthOf(appliance);
        return status === 'failing' && lastFailure?.reason === reason;
      });

    await set(appliance, settingsFor(gateway));
    await failing('unauthorized');
    await set(appliance, settingsFor(gateway, { username, password: 'mistyped' }));
    await failing('unauthorized');
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, `${password}\n`);
    const given = await runVitals('push', 'set', '--password-file', passwordFile, '--config', appliance.config);
    expect(given).toMatchObject({ code: 0, stderr: '' });
    expect(given.stdout).not.toContain(password);
    await holds(gateway, [GROUP]);
    const test = ['push', 'test', '--config', appliance.config];
    expect(await runVitals(...test)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/took a push/),
      stderr: '',
    });
    expect(await runVitals(...test, '--no-username')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/Give both/),
    });

    await gateway.stop();
    await failing('unreachable');
    await set(appliance, settingsFor(gateway, { username, enabled: false }));
    await eventually('the group is stale', async () => {
      const { status, staleGroups } = await healthOf(appliance);
      if (staleGroups.length === 0) return false;
      expect(staleGroups).toMatchObject([
        { url: gateway.url, ...GROUP, failure: expect.stringMatching(/Nothing listens/) },
      ]);
      return status === 'off';
    });
    const shown = await runVitals('push', 'show', '--config', appliance.config);
    expect(shown.stdout).toContain('Nothing listens at');

    await gateway.start();
    await holds(gateway, []);
    await eventually('nothing is stale', async () => (await healthOf(appliance)).staleGroups.length === 0);
    const output = appliance.server.output();
    expect(output).not.toContain(password);
    expect(output).not.toContain(Buffer.from(`${username}:${password}`).toString('base64'));
  },
);

testWith(
  ['prometheus', 'prometheus-pushgateway'],
  'a real Prometheus that scrapes the Pushgateway with honor_labels answers the four panels of the appliance’s manual',
  async ({ prometheus: prometheusBinary, 'prometheus-pushgateway': binary }) => {
    const folder = temporaryFolder();
    const since = Date.now();
    const gateway = await startPushgateway(binary, folder);
    const appliance = await startAppliance(`${folder}/appliance`, {
      settings: {
        clickhouse: { url: 'embedded:clickhouse' },
        ingest: { spool_dir: 'spool' },
        alarms: { tick_seconds: 1 },
      },
    });
    await set(appliance, settingsFor(gateway));
    const prometheus = await startPrometheus(prometheusBinary, folder, [
      {
        job_name: 'pushgateway',
        honor_labels: true,
        scrape_interval: '1s',
        scrape_timeout: '1s',
        static_configs: [{ targets: [gateway.target] }],
      },
    ]);

    // A batch has a rate from the second scrape on.
    await eventually('Prometheus has the pushed numbers', () => prometheus.value('dhcp_dpi_clickhouse_up'));
    expect(await appliance.ingest('set-stats', [{ ts: since, set: 'clients', size: 1 }])).toBe(202);

    const dashboard = readDashboard(health.uid);
    const queries = panelQueries(dashboard).filter(({ panel }) => ofTheManual.includes(panel));
    expect(new Set(queries.map(({ panel }) => panel)).size).toBe(4);
    for (const query of queries) {
      const chosen = { job: [GROUP.job], instance: [GROUP.instance] };
      const ready = substitute(query.expr, dashboard, {
        ...chosen,
        scrapeSeconds: 1,
        stepSeconds: 1,
        rangeSeconds: 600,
      });
      await eventually(`${query.panel}: ${ready}`, async () => {
        const { instant } = query;
        checkShape(query, await execute(prometheus, ready, { instant, since, stepSeconds: 1 }), [GROUP.instance]);
        return true;
      });
    }
    expect(await variableValues(prometheus, dashboard)).toEqual({ job: [GROUP.job], instance: [GROUP.instance] });
    // The age of the last push, as the manual watches it.
    expect(await prometheus.value(`time() - push_time_seconds{job="${GROUP.job}"}`)).toBeLessThan(120);
    expect(await prometheus.value(`dhcp_dpi_push_last_success_timestamp_seconds{job="${GROUP.job}"}`)).toBeGreaterThan(
      since / 1000,
    );
  },
);
