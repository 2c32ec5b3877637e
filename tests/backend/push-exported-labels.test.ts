import { expect, test } from 'vitest';
import { renameGroupLabels } from '../../backend/push/client.ts';
import { testApp } from '../support/app.ts';
import { climate, reportApp } from '../support/reports.ts';
import { parseExposition } from './parse-exposition.ts';

test('a label that the group sets goes out as Prometheus would rename it, whatever the values look like', () => {
  const given = [
    '# HELP up Says instance="x" and job="y".',
    '# TYPE up gauge',
    'up{instance="127.0.0.1"} 1',
    'a{my_instance="i",instance="a\\"b,job=\\"c",job="\\\\"} 2',
    'b{exported_instance="taken",instance="own"} 3',
    'c{path="instance=\\"no\\""} 4',
    'd 5',
    '',
  ].join('\n');
  expect(renameGroupLabels(given)).toBe(
    [
      '# HELP up Says instance="x" and job="y".',
      '# TYPE up gauge',
      'up{exported_instance="127.0.0.1"} 1',
      'a{my_instance="i",exported_instance="a\\"b,job=\\"c",exported_job="\\\\"} 2',
      'b{exported_instance="taken",exported_exported_instance="own"} 3',
      'c{path="instance=\\"no\\""} 4',
      'd 5',
      '',
    ].join('\n'),
  );
});

test('what is pushed is what a scrape shows, without what only its caller may see', async () => {
  const { app, mint, services } = await testApp({ settings: { clickhouse: { url: 'http://clickhouse:8123' } } });
  services.metrics.clickhouse.probe = { up: true };
  const { secret } = await mint('Prometheus', '2027-06-01T00:00:00Z');
  const { body } = await app.inject({
    url: '/api/metrics/prometheus',
    headers: { authorization: `Bearer ${secret}`, accept: 'text/plain;version=0.0.4' },
  });
  const scraped = parseExposition(body);
  const pushed = parseExposition(renameGroupLabels(await app.exposition!()));
  const names = ({ samples }: typeof pushed) => new Set(samples.map(({ name }) => name));
  const own = 'dhcp_dpi_scrape_token_expiry_timestamp_seconds';
  expect(names(scraped)).toContain(own);
  expect(names(pushed)).toEqual(new Set([...names(scraped)].filter((name) => name !== own)));
  const up = pushed.samples.find(({ name }) => name === 'dhcp_dpi_clickhouse_up');
  expect(up?.labels).toEqual({ exported_instance: 'clickhouse' });
  for (const { labels } of pushed.samples) expect(Object.keys(labels)).not.toContain('instance');
});

test('closed catalogues are pushed with the rest, and inventories are not', async () => {
  const t = await reportApp();
  await t.report('pumps', 'pumps_up{pump="well"} 1\n', { instance: 'north' });
  await t.report('greenhouse', climate, { instance: 'south' });
  const pushed = renameGroupLabels(await t.app.exposition!());
  expect(pushed).toMatch(/dhcp_dpi_build_info[^]*\npumps_up{pump="well",exported_instance="north"} 1\n$/);
  expect(pushed).not.toContain('greenhouse');
});
