import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import type { CatalogueList } from '../../contract/catalogue-api.ts';
import { changed, greenhouse } from '../support/catalogues.ts';
import { climate, greenhouses, pumps, reportApp } from '../support/reports.ts';

const bed = (name: string, value = 20) => `greenhouse_temperature_celsius{bed="${name}"} ${value}\n`;
const lines = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const code = (answer: { json(): unknown }) => (answer.json() as { code: string }).code;

describe('what is reported', () => {
  test('comes out with its instance, the next report of which replaces all of it', async () => {
    const t = await reportApp();
    const first = await t.report('greenhouse', climate + bed('basil'), { instance: 'south' });
    expect(first.statusCode, first.body).toBe(200);
    expect(first.json()).toEqual({
      catalogue: 'greenhouse',
      instance: 'south',
      families: 1,
      series: 2,
      expiresAt: new Date(t.clock.now() + 300_000).toISOString(),
    });
    await t.report('greenhouse', bed('mint', 18), { instance: 'north' });
    const help = '# HELP greenhouse_temperature_celsius Air temperature above a bed.\n';
    expect((await t.scrape('greenhouse')).body).toBe(
      `${help}# TYPE greenhouse_temperature_celsius gauge\n` +
        'greenhouse_temperature_celsius{bed="tomatoes",instance="south"} 21.5\n' +
        'greenhouse_temperature_celsius{bed="basil",instance="south"} 20\n' +
        'greenhouse_temperature_celsius{bed="mint",instance="north"} 18\n',
    );
    await t.report('greenhouse', bed('basil', 19), { instance: 'south' });
    const { body } = await t.scrape('greenhouse');
    expect(lines(body).sort()).toEqual([
      'greenhouse_temperature_celsius{bed="basil",instance="south"} 19',
      'greenhouse_temperature_celsius{bed="mint",instance="north"} 18',
    ]);
  });

  test('is all or nothing: a report that does not fit leaves the one before as it was', async () => {
    const t = await reportApp();
    await t.report('greenhouse', climate, { instance: 'south' });
    const before = (await t.scrape('greenhouse')).body;
    const rejected = await t.report('greenhouse', `${bed('basil')}greenhouse_secret 1\n`, { instance: 'south' });
    expect(rejected.statusCode).toBe(400);
    expect(rejected.json()).toMatchObject({ code: 'invalid_report', errors: [{ field: 'line 2' }] });
    expect((await t.scrape('greenhouse')).body).toBe(before);
  });

  test('ages out after the time that its catalogue gives it, each instance for itself', async () => {
    const t = await reportApp();
    await t.report('greenhouse', climate, { instance: 'south' });
    t.clock.advance(200_000);
    await t.report('greenhouse', bed('mint'), { instance: 'north' });
    t.clock.advance(99_999);
    expect(lines((await t.scrape('greenhouse')).body)).toHaveLength(2);
    t.clock.advance(1);
    expect(lines((await t.scrape('greenhouse')).body)).toEqual([expect.stringContaining('instance="north"')]);
    t.clock.advance(200_000);
    expect((await t.scrape('greenhouse')).body).toBe('');
    expect((await t.list()).json<CatalogueList>().items[0]).toMatchObject({ series: 0, reports: { instances: [] } });
  });

  test('is taken as gzip, as OpenMetrics, and where its type is not said', async () => {
    const t = await reportApp();
    const instance = 'south';
    const zipped = gzipSync(climate);
    expect(
      (await t.report('greenhouse', zipped, { instance, headers: { 'content-encoding': 'gzip' } })).statusCode,
    ).toBe(200);
    expect((await t.report('greenhouse', climate, { instance, type: null })).statusCode).toBe(200);
    const type = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
    for (const sent of [type, 'application/openmetrics-text; version=0.0.1; charset=utf-8']) {
      expect((await t.report('greenhouse', `${climate}# EOF\n`, { instance, type: sent })).statusCode, sent).toBe(200);
    }
    const scraped = await t.scrape('greenhouse', { accept: type });
    expect(scraped.headers['content-type']).toBe(type);
    expect(scraped.body).toMatch(/^# HELP greenhouse_temperature_celsius [^]*instance="south"} 21.5\n# EOF\n$/);
  });

  test('may fall where it is a counter: whoever reports has begun anew, which Prometheus knows by itself', async () => {
    const t = await reportApp();
    for (const runs of [7, 2]) {
      const body = `# TYPE greenhouse_pump_runs_total counter\ngreenhouse_pump_runs_total{bed="a",result="ok"} ${runs}\n`;
      expect((await t.report('greenhouse', body, { instance: 'south' })).statusCode).toBe(200);
      expect((await t.scrape('greenhouse')).body).toMatch(new RegExp(`instance="south"} ${runs}\n$`));
    }
  });

  test('is in no HTTP family', async () => {
    const t = await reportApp();
    const counted = async () =>
      lines((await t.scrape()).body).filter((line) => line.startsWith('dhcp_dpi_http_requests'));
    await counted();
    const before = await counted();
    await t.report('greenhouse', climate, { instance: 'south' });
    await t.report('greenhouse', 'broken', { instance: 'south' });
    const after = await counted();
    const grown = after.filter((line, index) => line !== before[index]);
    expect(grown).toEqual([expect.stringMatching(/group="scrape",code="2xx"/)]);
  });
});

describe('where it comes out', () => {
  test('a closed catalogue is on the platform’s own endpoint, behind its own families, and nowhere else', async () => {
    const t = await reportApp();
    await t.report('pumps', 'pumps_up{pump="well"} 1\n', { instance: 'north' });
    const { body } = await t.scrape();
    expect(body).toMatch(/dhcp_dpi_build_info[^]*# TYPE pumps_up gauge\npumps_up{pump="well",instance="north"} 1\n$/);
    const openMetrics = await t.scrape('platform', { accept: 'application/openmetrics-text' });
    expect(openMetrics.body).toMatch(/instance="north"} 1\n# EOF\n$/);
    expect(openMetrics.body.match(/# EOF/g)).toHaveLength(1);
    const contract = await t.app.inject({
      url: '/api/contract',
      headers: { authorization: `Bearer ${await t.jwt('viewer')}` },
    });
    expect(contract.json<{ families: { name: string }[] }>().families).toContainEqual(
      expect.objectContaining({
        name: 'pumps_up',
        labels: { pump: ['well', 'tank'], instance: ['north', 'south'] },
        series: 4,
      }),
    );
  });

  test('an inventory is on a route of its own, and none of it on the platform’s', async () => {
    const t = await reportApp();
    await t.report('greenhouse', climate, { instance: 'south' });
    expect((await t.scrape()).body).not.toContain('greenhouse');
    expect((await t.scrape('greenhouse')).body).not.toContain('dhcp_dpi');
  });

  test('a token reads what it names and nothing else: the rest is the same 401, with its reason', async () => {
    const t = await reportApp();
    const read = async (catalogues: string[] | undefined) => {
      const { secret } = await t.services.tokens.create(
        { name: 'x', catalogues },
        { name: 'tester', via: 'cli', ip: null },
      );
      const paths = ['prometheus', 'catalogues/greenhouse', 'catalogues/pumps', 'catalogues/none'];
      const answers = paths.map((path) =>
        t.app.inject({ url: `/api/metrics/${path}`, headers: { authorization: `Bearer ${secret}` } }),
      );
      return (await Promise.all(answers)).map(({ statusCode }) => statusCode);
    };
    expect(await read(undefined)).toEqual([200, 401, 401, 401]);
    expect(await read(['greenhouse'])).toEqual([401, 200, 401, 401]);
    expect(await read(['platform', 'greenhouse'])).toEqual([200, 200, 401, 401]);
    await expect(read(['pumps'])).rejects.toMatchObject({ errors: [{ field: 'catalogues' }] });
    expect((await t.scrape()).body).toMatch(/dhcp_dpi_scrape_auth_failures_total{reason="out_of_scope"} 8\n/);
  });

  test('a successor reads what its predecessor read, and the audit log says what a token may read', async () => {
    const t = await reportApp();
    const actor = { name: 'tester', via: 'cli', ip: null } as const;
    const { token } = await t.services.tokens.create({ name: 'x', catalogues: ['platform', 'greenhouse'] }, actor);
    expect(token.catalogues).toEqual(['greenhouse', 'platform']);
    const rotated = await t.services.tokens.rotate(token.id, { grace: 0 }, actor);
    expect(rotated.token.catalogues).toEqual(['greenhouse', 'platform']);
    const { items } = await t.services.audit.list({ event: 'token.created', limit: 10 });
    expect(items.map(({ details }) => details['catalogues'])).toEqual([
      ['greenhouse', 'platform'],
      ['greenhouse', 'platform'],
    ]);
  });
});

describe('who may report', () => {
  test('a reporter for its own catalogue only, where that is configured and takes reports', async () => {
    const sourced = changed(
      greenhouse,
      'scope: inventory\n',
      'scope: inventory\nsource: { scrape: "http://127.0.0.1:9/metrics" }\n',
    );
    const t = await reportApp([sourced, pumps]);
    const answers = [
      await t.report('pumps', '', { as: 'greenhouse', instance: 'north' }),
      await t.report('greenhouse', '', {}),
      await t.report('elsewhere', '', {}),
    ];
    expect(answers.map((answer) => [answer.statusCode, code(answer)])).toEqual([
      [403, 'other_catalogue'],
      [409, 'catalogue_has_source'],
      [404, 'catalogue_not_found'],
    ]);
  });

  test('by a name that the catalogue allows, and by as many as it allows', async () => {
    const t = await reportApp();
    const pump = (instance?: string) => t.report('pumps', '', instance === undefined ? {} : { instance });
    expect((await pump('north')).statusCode).toBe(200);
    expect((await pump('west')).json()).toMatchObject({
      errors: [{ field: 'instance', message: expect.stringContaining('north, south') as string }],
    });
    expect((await pump()).json()).toMatchObject({ errors: [{ field: 'instance' }] });
    const house = (instance: string) => t.report('greenhouse', climate, { instance });
    for (const instance of ['a', 'b', 'c', 'b']) expect((await house(instance)).statusCode).toBe(200);
    expect(code(await house('d'))).toBe('too_many_instances');
    expect((await house('a\u202e')).statusCode).toBe(400);
    t.clock.advance(300_000);
    expect((await house('d')).statusCode).toBe(200);
  });

  test('a catalogue without instances takes reports of one, which has no name', async () => {
    const t = await reportApp([greenhouse]);
    expect((await t.report('greenhouse', climate)).json()).toMatchObject({ instance: null, series: 1 });
    expect((await t.report('greenhouse', climate, { instance: 'a' })).statusCode).toBe(400);
    expect(lines((await t.scrape('greenhouse')).body)).toEqual(['greenhouse_temperature_celsius{bed="tomatoes"} 21.5']);
  });
});

describe('bounds', () => {
  test('the 501st value of a label bounded to 500 is refused, over all instances together', async () => {
    const t = await reportApp([
      changed(
        greenhouses,
        'labels: { bed: { open: true, max: 200 } }\n  greenhouse_pump',
        'labels: { bed: { open: true, max: 500 } }\n  greenhouse_pump',
      ),
    ]);
    const beds = (from: number, to: number) => {
      let text = '';
      for (let number = from; number < to; number += 1) text += bed(`b${number}`);
      return text;
    };
    expect((await t.report('greenhouse', beds(0, 500), { instance: 'a' })).statusCode).toBe(200);
    const same = await t.report('greenhouse', beds(0, 500), { instance: 'b' });
    expect(same.statusCode, same.body).toBe(200);
    const more = await t.report('greenhouse', beds(499, 501), { instance: 'c' });
    expect(more.json()).toMatchObject({
      code: 'invalid_report',
      errors: [{ message: expect.stringMatching(/bed.*500/) as string }],
    });
    // Whoever had the values gives some of them back.
    await t.report('greenhouse', beds(0, 400), { instance: 'a' });
    await t.report('greenhouse', beds(0, 400), { instance: 'b' });
    expect((await t.report('greenhouse', beds(400, 500), { instance: 'c' })).statusCode).toBe(200);
    expect((await t.report('greenhouse', beds(400, 501), { instance: 'c' })).statusCode).toBe(400);
  });

  test('a report has 16 MiB, and not a byte more', async () => {
    const t = await reportApp();
    const line = `# ${'x'.repeat(1021)}\n`;
    const most = Buffer.from(line.repeat(16 * 1024));
    expect((await t.report('greenhouse', most, { instance: 'a' })).statusCode).toBe(200);
    const more = await t.report('greenhouse', Buffer.concat([most, Buffer.from('\n')]), { instance: 'a' });
    expect([more.statusCode, code(more)]).toEqual([413, 'report_too_large']);
  });

  test('eight reports are read at a time; one more is told to come back, and taken once there is room', async () => {
    const t = await reportApp();
    const bodies = Array.from({ length: 8 }, () => new PassThrough());
    const issue = () =>
      t.services.credentials.issue(
        { role: 'reporter', name: 'Reporter', ttlSeconds: 60, catalogue: 'greenhouse' },
        { name: 'tester', via: 'cli', ip: null },
      );
    const jwts = [await issue(), await issue()]; // one alone has half of the places
    const reading = bodies.map((payload, index) =>
      t.app.inject({
        method: 'POST',
        url: '/api/reports/greenhouse',
        query: { instance: 'a' },
        headers: { authorization: `Bearer ${jwts[index % 2]?.jwt ?? ''}`, 'content-type': 'text/plain' },
        payload,
      }),
    );
    const over = await vi.waitFor(async () => {
      const answer = await t.report('greenhouse', climate, { instance: 'a' });
      expect(answer.statusCode).toBe(503);
      return answer;
    });
    expect([code(over), over.headers['retry-after']]).toEqual(['unavailable', '5']);
    bodies[0]?.end(climate);
    expect((await reading[0])?.statusCode).toBe(200);
    expect((await t.report('greenhouse', climate, { instance: 'a' })).statusCode).toBe(200);
    for (const body of bodies) body.end(climate);
    expect(new Set((await Promise.all(reading)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  });

  test('50 MB are refused while they are read, also where gzip makes them small', async () => {
    const t = await reportApp();
    const huge = Buffer.alloc(50 * 1024 * 1024, '#');
    const plain = await t.report('greenhouse', huge, { instance: 'a' });
    expect([plain.statusCode, code(plain)]).toEqual([413, 'report_too_large']);
    const zipped = await t.report('greenhouse', gzipSync(huge), {
      instance: 'a',
      headers: { 'content-encoding': 'gzip' },
    });
    expect([zipped.statusCode, code(zipped)]).toEqual([413, 'report_too_large']);
    const broken = await t.report('greenhouse', gzipSync(climate).subarray(0, 40), {
      instance: 'a',
      headers: { 'content-encoding': 'gzip' },
    });
    expect([broken.statusCode, code(broken)]).toEqual([400, 'invalid_report']);
    const types = ['application/json', 'application/vnd.google.protobuf', 'text/plain; version=9', 'text/html'];
    for (const type of types) {
      expect((await t.report('greenhouse', climate, { instance: 'a', type })).statusCode, type).toBe(415);
    }
  });
});
