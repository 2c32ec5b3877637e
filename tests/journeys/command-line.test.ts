import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Problem, RotatedToken } from '../../contract/api.ts';
import { runVitals, spawnVitals } from '../support/command-line.ts';
import { makePlace } from '../support/place.ts';

test('what is done exits with 0, and prints nothing on standard error', async () => {
  const place = await makePlace();
  const { token, secret } = await place.mint('Prometheus');
  const commands = [
    ['--help'],
    ['--version'],
    ['config', 'check', '--config', place.config],
    ['token', 'generate'],
    ['token', 'list', '--config', place.config],
    ['token', 'rename', token.id, '--name', 'Renamed', '--config', place.config],
    ['token', 'rotate', token.id, '--grace', '30m', '--expires', 'never', '--config', place.config],
    ['token', 'revoke', token.id, '--config', place.config],
    ['credential', 'list', '--config', place.config],
    ['audit', 'list', '--config', place.config],
    ['audit', 'verify', '--config', place.config],
    ['push', 'show', '--config', place.config],
    ['push', 'set', '--url', 'http://gateway:9091', '--instance', '', '--interval', '300', '--config', place.config],
    ['push', 'disable', '--config', place.config],
  ];
  for (const command of commands) {
    const { code, stdout, stderr } = await spawnVitals(...command);
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    expect(stdout).not.toBe('');
    expect(stdout).not.toContain(secret);
  }
});

test('every listing takes how many, and numbers are numbers there too', async () => {
  const place = await makePlace();
  for (const name of ['first', 'second']) await place.mint(name);
  for (const role of ['admin', 'viewer'] as const) await place.jwt(role);
  for (const listing of ['token', 'credential', 'audit']) {
    const { items } = await place.cli<{ items: unknown[] }>(listing, 'list', '--limit', '1');
    expect({ listing, items: items.length }).toEqual({ listing, items: 1 });
  }
});

test('what is refused exits with 1: a sentence on standard error, and with --json the problem document', async () => {
  const place = await makePlace();
  const { token } = await place.mint('Prometheus');
  await place.cli('token', 'revoke', token.id);
  const rejected: [string, ...string[]][] = [
    ['token_not_found', 'token', 'revoke', 'tok_none'],
    ['token_already_revoked', 'token', 'revoke', token.id],
    ['token_not_found', 'token', 'rotate', 'tok_none'],
    ['token_not_active', 'token', 'rotate', token.id],
    ['invalid_request', 'token', 'rotate', token.id, '--latest', 'someday'],
    ['invalid_request', 'token', 'rotate', token.id, '--grace', '0', '--latest', '2999-01-01T00:00:00Z'],
    ['invalid_request', 'token', 'create', '--name', ' '],
    ['invalid_request', 'token', 'create', '--name', 'a\u202eb'],
    ['invalid_request', 'token', 'create', '--name', 'x', '--expires', 'tomorrow'],
    ['expiry_in_the_past', 'token', 'create', '--name', 'x', '--expires', '2020-01-01T00:00:00Z'],
    ['credential_not_found', 'credential', 'revoke', 'crd_none'],
    ['invalid_request', 'credential', 'issue', '--role', 'collector', '--name', 'without a life'],
    ['invalid_request', 'audit', 'list', '--event', 'token.eaten'],
    ['invalid_request', 'push', 'set', '--enable'],
    ['invalid_request', 'push', 'set', '--url', 'http://user:password@gateway'],
    ['invalid_request', 'push', 'set', '--interval', '301'],
    ['invalid_request', 'push', 'set', '--interval', 'often'],
    ['invalid_request', 'push', 'set', '--username', 'pusher'],
    ['invalid_request', 'push', 'test'],
  ];
  for (const [code, ...command] of rejected) {
    const { stderr, ...rest } = await runVitals(...command, '--config', place.config, '--json');
    expect({ command, ...rest }).toEqual({ command, code: 1, stdout: '' });
    expect(JSON.parse(stderr) as Problem).toMatchObject({ type: 'about:blank', code });
  }
  const revoke = ['token', 'revoke', token.id, '--config', place.config];
  const { code, stdout, stderr } = await spawnVitals(...revoke, '--json');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ type: 'about:blank', code: 'token_already_revoked' });
  const said = await spawnVitals(...revoke);
  expect(said).toEqual({ code: 1, stdout: '', stderr: 'This scrape token has already been revoked.\n' });
});

test('wrong usage exits with 2 and says what was wrong with it', async () => {
  const wrong: [RegExp, ...string[]][] = [
    [/Usage: vitals/],
    [/unknown command 'tokn'/, 'tokn'],
    [/unknown command 'destroy'/, 'token', 'destroy'],
    [/required option '--name <name>'/, 'token', 'create'],
    [/unknown option '--forever'/, 'token', 'create', '--name', 'x', '--forever'],
    [/unknown option '--config'/, 'token', 'generate', '--config', 'none.yaml'],
    [/missing required argument 'id'/, 'token', 'revoke'],
    [/too many arguments/, 'token', 'revoke', 'one', 'two'],
    [/Give a number with s, m, h or d/, 'token', 'rotate', 'tok_1', '--grace', 'soon'],
    [/At most 90 days/, 'token', 'rotate', 'tok_1', '--grace', '91d'],
    [/Allowed choices are/, 'credential', 'issue', '--role', 'emperor', '--name', 'x'],
    [/Give a number with s, m, h or d/, 'credential', 'issue', '--role', 'admin', '--name', 'x', '--ttl', 'long'],
  ];
  for (const [said, ...command] of wrong) {
    const { code, stdout, stderr } = await runVitals(...command);
    expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: '' });
    expect(stderr).toMatch(said);
  }
  expect((await spawnVitals('tokn')).code).toBe(2);
});

test('characters that could play tricks on a terminal are escaped, wherever they came from', async () => {
  const place = await makePlace();
  const { token } = await place.mint('harmless');
  const name = 'red\u001b[31m \u009b2J back\u202ewards\u2028two\u0007';
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  const trick = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028]/;
  place.sql('update scrape_tokens set name = ? where id = ?', name, token.id);
  place.sql("update audit_events set actor = ? where event = 'token.created'", name);

  for (const command of [
    ['token', 'list'],
    ['token', 'list', '--json'],
    ['audit', 'list'],
    ['audit', 'list', '--json'],
    ['token', 'revoke', token.id],
  ]) {
    const { code, stdout } = await runVitals(...command, '--config', place.config);
    expect({ command, code, trick: trick.exec(stdout)?.[0] }).toEqual({ command, code: 0, trick: undefined });
  }
  expect((await place.tokens())[0]?.name).toBe(name);
  expect((await runVitals('token', 'list', '--config', place.config)).stdout).toContain('red\\u{1b}[31m');
});

test('a rotation shows the successor this once, and the listing who replaces whom', async () => {
  const place = await makePlace();
  const { token } = await place.mint('Prometheus', '2099-01-01T00:00:00Z');
  const rotated = await place.cli<RotatedToken>('token', 'rotate', token.id, '--grace', '7d', '--expires', 'never');
  expect(Object.keys(rotated).sort()).toEqual(['predecessor', 'secret', 'token']);
  expect(rotated).toMatchObject({
    secret: expect.stringMatching(/^vst_[0-9A-Za-z]{49}$/),
    token: { name: 'Prometheus', expiresAt: null, predecessorId: token.id, status: 'active' },
    predecessor: { id: token.id, successorId: rotated.token.id, status: 'active' },
  });
  const listed = await runVitals('token', 'list', '--config', place.config);
  expect(listed.stdout).toMatch(new RegExp(`^${token.id} .* ${rotated.token.id}`, 'm'));
  expect(listed.stdout).not.toContain(rotated.secret);

  const leaked = await runVitals('token', 'rotate', rotated.token.id, '--grace', '0', '--config', place.config);
  expect(leaked.stdout).toMatch(/^vst_[0-9A-Za-z]{49}\n/);
  expect(leaked.stdout).toContain(`“Prometheus” (${rotated.token.id}) is revoked: its next scrape is refused.`);
  expect((await place.tokens()).map(({ status }) => status).sort()).toEqual(['active', 'active', 'revoked']);
});

test('`token generate` makes a token and its entry without configuration or database', async () => {
  const place = await makePlace();
  const { stdout } = await runVitals('token', 'generate', '--name', 'true: "yes" # it is');
  const [secret = '', ...lines] = stdout.split('\n');
  const hash = createHash('sha256').update(secret).digest('hex');
  expect(secret).toMatch(/^vst_[0-9A-Za-z]{49}$/);
  expect(lines.join('\n')).toContain(`Its SHA-256 is ${hash}.`);
  const yaml = stdout.slice(stdout.indexOf('prometheus:'));
  const { provisioned_tokens } = (parse(yaml) as { prometheus: { provisioned_tokens: object[] } }).prometheus;
  expect(provisioned_tokens).toEqual([{ name: 'true: "yes" # it is', sha256: hash }]);
  expect(existsSync(place.database)).toBe(false);

  const other = await runVitals('token', 'generate', '--json');
  expect(JSON.parse(other.stdout)).toEqual({
    secret: expect.stringMatching(/^vst_[0-9A-Za-z]{49}$/),
    name: 'Prometheus',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(other.stdout).not.toContain(secret);
  const rejected = await runVitals('token', 'generate', '--name', secret);
  expect(rejected).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^name: The name contains a token\./),
  });
});
