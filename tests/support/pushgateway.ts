import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { parseExposition, type ParsedSample } from '../backend/parse-exposition.ts';
import { ask } from './http.ts';
import { whenOver } from './over.ts';
import { eventually, freePort } from './server.ts';

/** A user that the Pushgateway knows: its password, and the bcrypt hash of it. */
export const pushUser = {
  username: 'pusher',
  password: 'journey-password',
  hash: '$2b$04$EvMFaoRIB8PCEInAYoew8uB0f4iC/xcxLXaX/m2vjuZtIhZzg7KFe',
};

/** Debian's Pushgateway, which keeps what is pushed in a file. */
export interface Pushgateway {
  readonly url: string;
  /** Host and port, as a target of Prometheus. */
  readonly target: string;
  /** Samples of our build information: one for each group of ours. */
  groups(): Promise<ParsedSample['labels'][]>;
  /** Everything of one family. */
  samples(name: string): Promise<ParsedSample[]>;
  start(): Promise<void>;
  /** As a service manager does it: what was pushed is written down. */
  stop(): Promise<void>;
}

export interface PushgatewayOptions {
  readonly withUser?: boolean;
}

export async function startPushgateway(
  binary: string,
  folder: string,
  { withUser = false }: PushgatewayOptions = {},
): Promise<Pushgateway> {
  const home = join(folder, 'pushgateway');
  mkdirSync(home);
  const target = `127.0.0.1:${await freePort()}`;
  const url = `http://${target}`;
  const config = join(home, 'web.yml');
  writeFileSync(config, stringify(withUser ? { basic_auth_users: { [pushUser.username]: pushUser.hash } } : {}));
  const authorization = `Basic ${Buffer.from(`${pushUser.username}:${pushUser.password}`).toString('base64')}`;
  const get = (path: string) => ask(`${url}${path}`, { headers: withUser ? { authorization } : {} });

  let child: ChildProcess | undefined;
  let closed: Promise<unknown> = Promise.resolve();

  async function start(): Promise<void> {
    const options = [`--web.listen-address=${target}`, `--web.config.file=${config}`];
    const file = join(home, 'metrics');
    child = spawn(binary, [...options, `--persistence.file=${file}`], { cwd: home, stdio: 'ignore' });
    closed = once(child, 'close');
    await eventually('the Pushgateway is ready', async () => (await get('/-/ready')).status === 200);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    child?.kill(signal);
    await closed;
  }

  await start();
  whenOver(() => end('SIGKILL'));
  const samples = async (name: string) =>
    parseExposition((await get('/metrics')).text).samples.filter((sample) => sample.name === name);
  return {
    url,
    target,
    samples,
    groups: async () => (await samples('dhcp_dpi_build_info')).map(({ labels }) => labels),
    start,
    stop: () => end('SIGTERM'),
  };
}
