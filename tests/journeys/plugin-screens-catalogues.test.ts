import { describe, expect, test } from 'vitest';
import { makeToken } from '../plugin/fakeBackend.ts';
import { makeCatalogue, makeSource } from '../plugin/fakeCatalogues.ts';
import { makeCredential } from '../plugin/fakeCredentials.ts';
import { makePush, unreachable } from '../plugin/fakePush.ts';
import { enter } from './browser.ts';
import { appearances, lookIn } from './plugin-look.ts';
import { startPluginWorkbench } from './plugin-workbench.ts';

const { browser, backend, workbench } = await startPluginWorkbench();

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

function reportsOf(count: number) {
  const instances = Array.from({ length: count }, (_, index) => ({
    instance: index === 0 ? null : `rack-${index}.north.appliance.example.com`,
    reportedAt: ago(index / 20),
    expiresAt: ago(index / 20 - 5),
    series: 40 + index,
  }));
  return { instances, maxInstances: 100 };
}

function catalogues() {
  const dropped = [
    { reason: 'unknown_family', name: 'node_filesystem_avail_bytes', label: null, samples: 48_200, lastAt: ago(0.4) },
    { reason: 'too_many_values', name: 'node_cpu_seconds_total', label: 'cpu', samples: 12, lastAt: ago(90) },
  ] as const;
  return [
    makeCatalogue({
      id: 'dockmesh',
      title: 'Dockmesh',
      description: 'Containers, stacks and hosts of a container engine, by name.',
      scope: 'inventory',
      reports: reportsOf(100),
      series: 8950,
    }),
    makeCatalogue({
      id: 'node-exporter',
      title: 'This machine',
      description: 'CPU, memory and load of the appliance, by prometheus-node-exporter.',
      reports: null,
      source: makeSource({
        status: 'down',
        askedAt: ago(0.4),
        durationSeconds: 2.003,
        failure: 'It did not answer within 2 seconds. Check whether it runs and is not overloaded.',
        dropped: [...dropped],
      }),
    }),
    makeCatalogue({
      id: 'flowtriq',
      title: 'Flowtriq',
      description: 'Traffic anomalies and mitigations, by node and tenant.',
      scope: 'inventory',
      reports: { instances: [], maxInstances: 100 },
    }),
    makeCatalogue({
      id: 'probe',
      title: 'Probe',
      reports: null,
      source: makeSource({ address: '/run/probe.sock', askedAt: ago(0.2) }),
      series: 31,
    }),
  ];
}

function failingPush() {
  const settings = {
    enabled: true,
    url: 'https://pushgateway.example.com:9091',
    job: 'appliances',
    instance: 'north-1',
    username: 'vitals',
    hasPassword: true,
  };
  const message = 'pushgateway.example.com:9091 did not answer within 5 seconds.';
  return makePush(settings, {
    status: 'failing',
    lastSuccessAt: ago(50),
    lastFailure: { reason: 'timeout', message, at: ago(0.2) },
    failures: { timeout: 200, server_error: 2 },
    staleGroups: [
      {
        url: 'http://10.0.0.9:9091',
        job: 'vitals',
        instance: 'north-1',
        since: ago(200),
        failure: 'Nothing listens there.',
      },
    ],
  });
}

const tokens = () => [
  makeToken({ name: 'Container team', prefix: 'vst_q7Rk', catalogues: ['dockmesh', 'flowtriq', 'platform'] }),
  makeToken({
    ...{ id: 'gitops', name: 'GitOps', prefix: 'sha256:0a1b2c', origin: 'provisioned', createdBy: 'configuration' },
    catalogues: ['dockmesh'],
  }),
];

describe.each(appearances)(
  'every screen of catalogues, scopes and the push in $theme at $width',
  ({ theme, width }) => {
    const { look, picture } = lookIn({ theme, width });
    const visit = () => enter(browser, workbench.newLink(), { theme, width });

    test('is accessible, fits, and leaves the console quiet', async () => {
      backend.catalogues.splice(0, Infinity, ...catalogues());
      backend.authentication.splice(0, Infinity, 'basic', 'query', 'none');
      backend.push = failingPush();
      const { page, context, complaints } = await visit();
      await page.getByText('Exporter down').waitFor();
      await look(page, 'integrations-catalogues');
      await page.getByRole('button', { name: 'Details of Probe' }).scrollIntoViewIfNeeded();
      await picture(page, 'catalogues');

      await page.getByRole('button', { name: 'Details of Dockmesh' }).click();
      await page.getByText('1–20 of 100').waitFor();
      await look(page, 'catalogue-reports');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Details of This machine' }).click();
      await page.getByRole('dialog').getByText('48,200').waitFor();
      await look(page, 'catalogue-dropped');
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Configure Pushgateway' }).click();
      await page.getByRole('dialog').waitFor();
      await look(page, 'push');
      backend.pushTest = unreachable;
      await page.getByRole('button', { name: 'Test' }).click();
      await page.getByText('The test push failed').scrollIntoViewIfNeeded();
      await look(page, 'push-test');
      await page.getByRole('button', { name: 'Reset' }).click();
      await page.getByRole('spinbutton', { name: 'Interval in seconds' }).fill('301');
      await page.getByRole('button', { name: 'Save' }).click();
      await look(page, 'push-invalid');
      await page.getByRole('button', { name: 'Cancel' }).click();

      backend.push = makePush();
      backend.catalogues.splice(0);
      backend.authentication.splice(0);
      backend.integration = 'disabled';
      await page.reload();
      await page.getByText('Nothing is pushed').waitFor();
      await look(page, 'integrations-bare');
      backend.integration = 'enabled';
      expect(complaints).toEqual([]);
      await context.close();
    });

    test('of tokens and sessions too', async () => {
      backend.catalogues.splice(0, Infinity, ...catalogues());
      backend.tokens.splice(0, Infinity, ...tokens());
      const reporter = { name: 'Dockmesh in rack 7', role: 'reporter', catalogue: 'dockmesh' } as const;
      backend.credentials.splice(0, Infinity, makeCredential(reporter));
      const { page, context, complaints } = await visit();
      await page.goto(`${workbench.origin}/a/appliance-vitals-app/integrations/prometheus`);
      await page.getByText('Provisioned').waitFor();
      await look(page, 'tokens-scope');
      await page.getByRole('button', { name: 'GitOps', exact: true }).click();
      await page.getByRole('dialog').getByText('Its SHA-256 begins with').waitFor();
      await look(page, 'details-provisioned');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Revoke GitOps' }).click();
      await page.getByText('stays revoked').waitFor();
      await look(page, 'revoke-provisioned');
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Create Token' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('checkbox', { name: 'Platform health' }).uncheck({ force: true });
      await dialog.getByRole('textbox', { name: 'Name' }).fill('Container team');
      await dialog.getByRole('button', { name: 'Create Token' }).click();
      await dialog.getByText('Choose at least one.').waitFor();
      await look(page, 'create-scope');
      await dialog.getByRole('checkbox', { name: 'Dockmesh' }).check({ force: true });
      await dialog.getByRole('button', { name: 'Create Token' }).click();
      await page.getByText('Waiting for the first scrape').waitFor();
      await look(page, 'reveal-scope');
      await page.getByRole('button', { name: 'I have saved my token' }).click();

      await page.goto(`${workbench.origin}/a/appliance-vitals-app/audit?tab=sessions`);
      await page.getByText('for dockmesh').waitFor();
      await look(page, 'sessions-reporter');
      expect(complaints).toEqual([]);
      await context.close();
    });
  },
);
