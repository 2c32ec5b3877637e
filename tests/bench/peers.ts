/** What a scrape is measured against: constant answers, what one would write oneself, and a peer in Go. */
import { spawn } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { ConstantAnswer } from './bare-server.ts';
import type { Load } from './load.ts';
import { freePort, started, type Running } from './product.ts';
import { ask, bearer, type Answer } from './prometheus.ts';

export interface Peer {
  readonly running: Running;
  readonly asked: Pick<Load, 'port' | 'path' | 'headers'>;
}

const script = (name: string) => join(import.meta.dirname, name);

async function startScript(name: string, ...args: string[]): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, [script(name), String(port), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return started(child, port, 'is ready');
}

/** The headers that we set ourselves: whoever repeats an answer sends those. */
function headersOf({ headers }: Answer): Record<string, string> {
  const own = ['content-type', 'cache-control', 'content-encoding'];
  return Object.fromEntries(
    own.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

/** A bare Fastify that answers with the same bytes, at `/0`, `/1` and so on. */
export function startBare(folder: string, answers: readonly Answer[]): Promise<Running> {
  const constant = answers.map((answer, number): ConstantAnswer => ({
    path: `/${number}`,
    headers: headersOf(answer),
    body: answer.body.toString('base64'),
  }));
  const file = join(folder, 'answers.json');
  writeFileSync(file, JSON.stringify(constant));
  return startScript('bare-server.js', file);
}

export async function startDoItYourself(): Promise<Peer> {
  const secret = 'a-secret-of-the-usual-length-of-such-tokens';
  const running = await startScript('diy-server.js', secret);
  return { running, asked: { port: running.port, path: '/metrics', headers: bearer(secret) } };
}

/** The hash is bcrypt's of the password, at cost 4. */
const user = {
  name: 'bench',
  password: 'journey-password',
  hash: '$2b$04$EvMFaoRIB8PCEInAYoew8uB0f4iC/xcxLXaX/m2vjuZtIhZzg7KFe',
};

/** Where a command is, or nothing. */
export function onPath(command: string): string | undefined {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian's Pushgateway behind Basic authentication, with its own metrics; nothing where it is not installed. */
export async function startPushgateway(folder: string): Promise<Peer | undefined> {
  const binary = onPath('prometheus-pushgateway');
  if (binary === undefined) {
    console.error('prometheus-pushgateway is not installed; node scripts/test-tools.mjs installs it where it may.');
    return undefined;
  }
  const config = join(folder, 'web.yml');
  writeFileSync(config, stringify({ basic_auth_users: { [user.name]: user.hash } }));
  const port = await freePort();
  const flags = [`--web.listen-address=127.0.0.1:${port}`, `--web.config.file=${config}`, '--log.level=info'];
  const child = spawn(binary, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)));
  const authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
  const asked = { port, path: '/metrics', headers: { authorization } };
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  for (let attempt = 0; ; attempt++) {
    const isUp = await ask({ ...asked, path: '/-/ready' }).catch(() => undefined);
    if (isUp) break;
    if (attempt > 200 || child.exitCode !== null) throw new Error(`the Pushgateway did not start: ${said}`);
    await pause(50);
  }
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    process.off('exit', kill);
  };
  return { running: { child, pid: child.pid ?? NaN, port, stop }, asked };
}
