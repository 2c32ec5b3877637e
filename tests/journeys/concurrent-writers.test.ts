import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { CreatedToken, TokenList } from '../../contract/api.ts';
import { ask } from '../support/http.ts';
import { makePlace, type Place } from '../support/place.ts';
import { startServer } from '../support/server.ts';

const WRITER = fileURLToPath(new URL('../../build/tests/support/writer.js', import.meta.url));

/** What somebody wrote. */
interface Written {
  readonly created: number;
  readonly revoked: number;
}

/** The command line in a loop: every round mints two tokens and revokes one of them. */
async function commandLine(place: Place, rounds: number): Promise<Written> {
  for (let round = 0; round < rounds; round++) {
    const { token } = await place.mint('by the command line');
    await place.cli('token', 'revoke', token.id);
    await place.mint('by the command line');
  }
  return { created: 2 * rounds, revoked: rounds };
}

/** A process that writes without a pause, as a long loop of the command line would if it took no time to start. */
async function writer(place: Place, count: number): Promise<Written> {
  const child = spawn(process.execPath, [WRITER, place.config, String(count)], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { created: count, revoked: Math.ceil(count / 2) };
}

/** Clients of the API that write until the others have ended. */
async function api(place: Place, jwt: string, others: Promise<unknown>): Promise<Written> {
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${jwt}` };
  const all = { haveEnded: false };
  const end = () => (all.haveEnded = true);
  others.then(end, end);
  const written = { created: 0, revoked: 0 };
  while (!all.haveEnded) {
    const minted = await ask(`${place.origin}/api/tokens`, { body: { name: 'by the API' }, agent, headers });
    expect({ status: minted.status, text: minted.text }).toMatchObject({ status: 201 });
    written.created += 1;
    const { token } = JSON.parse(minted.text) as CreatedToken;
    const revoked = await ask(`${place.origin}/api/tokens/${token.id}/revoke`, { body: {}, agent, headers });
    expect({ status: revoked.status, text: revoked.text }).toMatchObject({ status: 200 });
    written.revoked += 1;
  }
  agent.destroy();
  return written;
}

test('two command lines, two busy processes and the API write at once: nothing fails, and every number is right afterwards', async () => {
  const place = await makePlace();
  const { token, secret } = await place.mint('Prometheus');
  const jwt = await place.jwt('admin');
  await startServer(place.config);

  const others = [commandLine(place, 2), commandLine(place, 2), writer(place, 200), writer(place, 200)];
  const all = await Promise.all([...others, api(place, jwt, Promise.all(others))]);
  const created = all.reduce((sum, one) => sum + one.created, 0);
  const revoked = all.reduce((sum, one) => sum + one.revoked, 0);

  // The running server follows what other processes wrote.
  const scrape = await ask(`${place.origin}/api/metrics/prometheus`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  const lines = scrape.text.split('\n');
  expect(lines).toContain(`dhcp_dpi_scrape_tokens{status="active"} ${created - revoked + 1}`);
  expect(lines).toContain(`dhcp_dpi_scrape_tokens{status="revoked"} ${revoked}`);
  expect(lines).toContain(`dhcp_dpi_audit_events_total{event="token.created"} ${created}`);
  expect(lines).toContain(`dhcp_dpi_audit_events_total{event="token.revoked"} ${revoked}`);
  expect(lines).toContain('dhcp_dpi_audit_events_total{event="credential.issued"} 0'); // before this process

  const tokens = await place.tokens();
  expect(tokens).toHaveLength(created + 1);
  expect(tokens.filter(({ status }) => status === 'revoked')).toHaveLength(revoked);
  expect((await place.cli<TokenList>('token', 'list')).total).toBe(created + 1);
  expect(tokens.at(-1)?.id).toBe(token.id);

  const { code, stdout, stderr } = await place.verify();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^${created + revoked + 2} rows verified`));
});
