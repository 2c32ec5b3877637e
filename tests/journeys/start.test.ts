import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/folder.ts';
import { eventually, freePort, vitals, writeConfig } from '../support/server.ts';
import { testWith } from '../tools.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const SECRET = /vst_[0-9A-Za-z]{49}/g;

/** The project's sources in a folder of their own, with the installed packages and what is compiled already. */
function copyProject(): string {
  const copy = temporaryFolder();
  for (const name of [
    ...['backend', 'build', 'contract', 'scripts', 'package.json', 'package-lock.json', '.npmrc'],
    ...['tsconfig.json', 'tsconfig.base.json'],
  ]) {
    cpSync(join(PROJECT, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

interface Start {
  readonly output: () => string;
  /** Presses Ctrl-C, which a terminal sends to everything that runs in it. @returns the exit code */
  ctrlC(): Promise<number | null>;
}

function npmStart(folder: string): Start {
  const child: ChildProcess = spawn('npm', ['start'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = -(child.pid ?? NaN);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    if (child.exitCode === null) process.kill(group, 'SIGTERM');
    await closed;
  });
  return {
    output: () => output,
    ctrlC() {
      process.kill(group, 'SIGINT');
      return closed;
    },
  };
}

const times = (text: string, part: string | RegExp) => text.split(part).length - 1;

testWith(
  'curl',
  '`npm start` mints the first token and prints it once with a curl line that works; a second start mints nothing; Ctrl-C exits with 0',
  async () => {
    const copy = copyProject();
    const port = await freePort();
    mkdirSync(join(copy, 'data'));
    const config = writeConfig(join(copy, 'data'), { server: { port }, prometheus: { enabled: true } });

    const first = npmStart(copy);
    await eventually('it says how to stop it', () => first.output().includes('Ctrl-C\n'));
    const said = first.output();
    const lines = said.split('\n');
    const [secret = ''] = said.match(SECRET) ?? [];
    expect(new Set(said.match(SECRET)).size).toBe(1);
    expect(lines.filter((line) => line === secret)).toHaveLength(1);
    expect(times(said, /^curl /m)).toBe(1);
    expect(times(said, /^scrape_configs:$/m)).toBe(1);

    const curlLine = lines.find((line) => line.startsWith('curl ')) ?? '';
    const tried = spawnSync('sh', ['-c', curlLine], { encoding: 'utf8' });
    expect(tried).toMatchObject({ status: 0, stdout: expect.stringMatching(/^dhcp_dpi_build_info\{.+\} 1$/m) });

    const [scrapeConfig = ''] = /^scrape_configs:\n(?: .+\n)+/m.exec(said) ?? [];
    expect(parse(scrapeConfig)).toEqual({
      scrape_configs: [
        {
          job_name: 'dhcp-dpi',
          metrics_path: '/api/metrics/prometheus',
          scheme: 'http',
          scrape_interval: '30s',
          scrape_timeout: '10s',
          authorization: { type: 'Bearer', credentials: secret },
          static_configs: [{ targets: [`127.0.0.1:${port}`] }],
        },
      ],
    });
    expect(await first.ctrlC()).toBe(0);

    const second = npmStart(copy);
    await eventually(
      'it says where the metrics are',
      () => second.output().includes(`Metrics: http://127.0.0.1:${port}/`),
      60_000,
    );
    expect(second.output()).not.toMatch(SECRET);
    expect(spawnSync('sh', ['-c', curlLine], { encoding: 'utf8' }).stdout).toContain('dhcp_dpi_build_info');
    expect(await second.ctrlC()).toBe(0);
    expect(JSON.parse(vitals('token', 'list', '--config', config, '--json').stdout)).toMatchObject({
      total: 1,
      items: [{ name: 'First Prometheus', lastIp: '127.0.0.1' }],
    });
  },
);
