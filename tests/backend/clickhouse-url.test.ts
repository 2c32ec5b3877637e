import { describe, expect, test } from 'vitest';
import { parseClickHouseUrl } from '../../backend/config/clickhouse-url.ts';

describe('the setting clickhouse.url', () => {
  test('names a directory of the embedded server, whose instance is `embedded`', () => {
    expect(parseClickHouseUrl('embedded:data/clickhouse')).toEqual({
      kind: 'embedded',
      dir: 'data/clickhouse',
      instance: 'embedded',
    });
  });

  test.each([
    ['http://clickhouse:8123', 'http://clickhouse:8123/', 'clickhouse'],
    ['https://ch.example.org/proxied/', 'https://ch.example.org/proxied/', 'ch.example.org'],
    ['http://[::1]:8123', 'http://[::1]:8123/', '[::1]'],
  ])('%s is a server whose instance is its host name, without port', (value, url, instance) => {
    expect(parseClickHouseUrl(value)).toEqual({ kind: 'server', url, instance });
  });

  test.each([
    ['http://admin:hunter2@clickhouse:8123', /do not belong into the URL/],
    ['http://admin@clickhouse:8123', /do not belong into the URL/],
    ['http://clickhouse:8123/?password=hunter2', /after \? or #/],
    ['http://clickhouse:8123/#hunter2', /after \? or #/],
    ['embedded:', /name a directory/],
    ['embedded: ', /name a directory/],
    ['clickhouse:8123', /write embedded:DIR/],
    ['tcp://clickhouse:9000', /write embedded:DIR/],
    ['', /write embedded:DIR/],
  ])('%j is refused in a sentence that does not repeat it', (value, sentence) => {
    expect(() => parseClickHouseUrl(value)).toThrow(sentence);
    expect(() => parseClickHouseUrl(value)).not.toThrow(/hunter2/);
  });
});
