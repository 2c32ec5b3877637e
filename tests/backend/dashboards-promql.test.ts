import { describe, expect, test } from 'vitest';
import { catalogue } from '../../contract/metrics.ts';
import { promql } from '../../contract/promql.ts';

const { metric, bucket, by, legend, target } = promql(catalogue);

test('a family is a selector with its labels', () => {
  expect(metric('clickhouseUp')).toBe('dhcp_dpi_clickhouse_up');
  expect(metric('alarmsActive', { severity: 'critical' })).toBe('dhcp_dpi_alarms_active{severity="critical"}');
  expect(metric('alarmsActive', { severity: ['critical', 'warning'] })).toBe(
    'dhcp_dpi_alarms_active{severity=~"critical|warning"}',
  );
  expect(bucket('httpRequestDuration', { group: 'api' })).toBe(
    'dhcp_dpi_http_request_duration_seconds_bucket{group="api"}',
  );
});

test('our label instance is called as Prometheus calls it', () => {
  expect(metric('clickhouseUp', { exported_instance: 'embedded' })).toBe(
    'dhcp_dpi_clickhouse_up{exported_instance="embedded"}',
  );
  expect(legend('clickhouseUp', 'instance', 'exported_instance')).toBe('{{instance}} {{exported_instance}}');
});

test('a scope goes into every selector', () => {
  const scoped = promql(catalogue, ['job=~"$job"']);
  expect(scoped.metric('alarmsActive', { severity: 'info' })).toBe(
    'dhcp_dpi_alarms_active{job=~"$job", severity="info"}',
  );
  expect(scoped.bucket('clickhouseBatchInsert')).toBe('dhcp_dpi_clickhouse_batch_insert_seconds_bucket{job=~"$job"}');
  expect(scoped.target('up')).toBe('up{job=~"$job"}');
});

test('what is grouped by', () => {
  expect(by('notificationsDelivered', 'channel', 'result')).toBe('by (channel, result)');
  expect(target('up')).toBe('up');
});

/** The compiler refuses each of these; where it no longer does, it says that the directive is unused. */
describe('what is not in the contract does not compile', () => {
  const rejected: [string, () => unknown][] = [
    // @ts-expect-error no such family
    ['a family that does not exist', () => metric('clickHouseUp')],
    // @ts-expect-error no such label
    ['a label that the family does not have', () => metric('alarmsActive', { channel: 'bell' })],
    // @ts-expect-error no such value
    ['a value that the label does not have', () => metric('alarmsActive', { severity: 'page' })],
    // @ts-expect-error no such value among them
    ['one of several values', () => metric('alarmsActive', { severity: ['critical', 'page'] })],
    // @ts-expect-error Prometheus renames it
    ['our own instance label by its old name', () => metric('clickhouseUp', { instance: 'embedded' })],
    // @ts-expect-error a label on a family without labels
    ['a label on a family without labels', () => metric('notificationQueueDepth', { channel: 'bell' })],
    // @ts-expect-error a histogram has no samples under its own name
    ['a histogram as a gauge', () => metric('clickhouseBatchInsert')],
    // @ts-expect-error a gauge has no buckets
    ['buckets of a gauge', () => bucket('alarmsActive')],
    // @ts-expect-error no such label to group by
    ['grouping by a label that is not there', () => by('alarmsActive', 'channel')],
    // @ts-expect-error no such label to show
    ['a legend with a label that is not there', () => legend('alarmsActive', 'exported_instance')],
  ];
  test.each(rejected)('%s', (_what, call) => expect(call).toBeTypeOf('function'));

  test('and a key that is not there is an error where types are lost', () => {
    const untyped = promql(catalogue) as unknown as { metric: (key: string) => string };
    expect(() => untyped.metric('gone')).toThrow('the catalogue appliance has no family gone');
  });
});
