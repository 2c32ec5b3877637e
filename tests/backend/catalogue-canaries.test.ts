/** A closed catalogue cannot be made to carry a value that it does not list. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { canaries, expectUnsaid, formats, words } from '../support/canaries.ts';
import { changed } from '../support/catalogues.ts';
import { whenOver } from '../support/over.ts';
import { pumps, reportApp, type ReportApp } from '../support/reports.ts';

const wordyName = canaries.vendor_class;

/** Whatever a word can hide in. */
const hidden = words.flatMap((word) => [
  `pumps_up{pump="${word}"} 1`,
  `pumps_up{pump="well${word}"} 1`,
  `pumps_up{pump="well",mac="${word}"} 1`,
  `pumps_up{pump="well",instance="${word}"} 1`,
  `pumps_up{pump="well",${wordyName}="1"} 1`,
]);

async function everyExposition(t: ReportApp): Promise<string[]> {
  const texts: string[] = [];
  for (const accept of formats) {
    for (const encoding of ['identity', 'gzip']) {
      const answer = await t.scrape('platform', { accept, 'accept-encoding': encoding });
      expect(answer.statusCode).toBe(200);
      texts.push((encoding === 'gzip' ? gunzipSync(answer.rawPayload) : answer.rawPayload).toString());
    }
  }
  return texts;
}

test('by a reporter: what is refused is neither scraped nor logged, nor said back, and what is allowed beside values is not kept', async () => {
  const t = await reportApp([pumps]);
  const answers: string[] = [];
  const report = async (body: string | Buffer, instance = 'north', headers: Record<string, string> = {}) => {
    const answer = await t.report('pumps', body, { instance, headers });
    answers.push(answer.body);
    return answer.statusCode;
  };
  for (const word of words) {
    // Help and comments may say anything; instances may not.
    const text = `# ${word}\n# HELP pumps_up ${word}\n# TYPE pumps_up gauge\npumps_up{pump="well"} 1\n`;
    expect(await report(text)).toBe(200);
    expect(await report(text, word)).toBe(400);
    expect(await report(`${text}# TYPE ${wordyName} gauge\n${wordyName} 1\n`)).toBe(400);
  }
  for (const line of hidden) {
    expect(await report(`${line}\n`), line).toBe(400);
    expect(await report(gzipSync(`${line}\n`), 'north', { 'content-encoding': 'gzip' }), line).toBe(400);
  }
  for (const text of await everyExposition(t)) expectUnsaid(text, 'pumps_up{pump="well",instance="north"} 1');
  expectUnsaid((await t.list()).body, '"north"');
  const values = answers.join('\n').replaceAll(wordyName, '');
  expectUnsaid(values, 'invalid_report');
  expectUnsaid(`${t.logged()} logged`, 'logged');
});

test('by a local exporter: what is not listed is left out and counted, and stands in no answer and no log line', async () => {
  const url = await exporterOf(`${[...hidden, 'pumps_up{pump="tank"} 1'].join('\n')}\n`);
  const t = await reportApp([changed(pumps, 'instances: [north, south]', `source: { scrape: '${url}' }`)]);
  const texts = await everyExposition(t);
  for (const text of texts) expectUnsaid(text, 'pumps_up{pump="tank"} 1');
  const count = (reason: string) =>
    Number(new RegExp(`dropped_total{catalogue="pumps",reason="${reason}"} (\\d+)`).exec(texts.at(-1) ?? '')?.[1]);
  expect(count('unknown_value')).toBe(2 * words.length * texts.length);
  expect(count('unknown_label')).toBe(3 * words.length * texts.length);
  const listed = (await t.list()).body;
  expectUnsaid(listed.replaceAll(wordyName, ''), '"unknown_label"');
  expectUnsaid(`${t.logged()} logged`, 'logged');
});

async function exporterOf(text: string): Promise<string> {
  const server: Server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenOver(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}
