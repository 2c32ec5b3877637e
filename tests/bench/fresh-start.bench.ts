/**
 * `npm start` in a fresh clone until it shows the first token. Packages are in npm's cache, but nothing is kept in the
 * user's: SQLite is made loadable as for whoever never had Vitals. Only committed work is cloned.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { printFigure, roundsOr } from './figures.ts';
import { PRODUCT, configure, freePort, inFolder } from './product.ts';

const MUST_SECONDS = 60;
const LONGEST_MS = 600_000;
const TOKEN = /^vst_\w+$/m;

/** The configuration of a first start, but for its ports, which may be taken here. */
async function writeFirstConfig(clone: string, workbenchPort: number): Promise<void> {
  const data = join(clone, 'data');
  mkdirSync(data, { mode: 0o700 });
  const { file } = await configure(data, {
    clickhouse: { url: 'embedded:clickhouse' },
    ingest: { spool_dir: 'spool' },
  });
  const origin = `http://127.0.0.1:${workbenchPort}`;
  const grafana = { jwks_url: `${origin}/api/signing-keys/keys`, issuer: `${origin}/`, org_id: 1 };
  const written = parse(readFileSync(file, 'utf8')) as { auth: object };
  writeFileSync(file, stringify({ ...written, auth: { ...written.auth, grafana } }));
}

/** @returns seconds until the token is shown */
async function startFresh(folder: string): Promise<number> {
  const clone = join(folder, 'clone');
  execFileSync('git', ['clone', '--quiet', PRODUCT, clone], { stdio: ['ignore', 'inherit', 'inherit'] });
  const workbenchPort = await freePort();
  await writeFirstConfig(clone, workbenchPort);

  const started = performance.now();
  const child = spawn('npm', ['start', '--', '--workbench-port', String(workbenchPort)], {
    ...{ cwd: clone, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
  });
  const closed = once(child, 'close');
  /** As Ctrl-C in a terminal: to all that runs there. */
  const pressCtrlC = () => {
    if (child.exitCode === null) process.kill(-(child.pid ?? NaN), 'SIGINT');
  };
  process.once('exit', pressCtrlC);
  let output = '';
  const shown = new Promise<void>((resolve, reject) => {
    const hear = (text: string) => {
      output += text;
      if (TOKEN.test(output)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    void closed.then(() => reject(new Error(`it ended without a token:\n${output}`)));
    setTimeout(() => reject(new Error(`it showed no token:\n${output}`)), LONGEST_MS).unref();
  });
  try {
    await shown;
    return (performance.now() - started) / 1000;
  } finally {
    pressCtrlC();
    await closed;
    process.off('exit', pressCtrlC);
  }
}

const value: number[] = [];
for (let round = 0; round < roundsOr(1); round++) value.push(await inFolder(startFresh));
printFigure({
  name: 'npm start in a fresh clone, to the first token',
  unit: 's',
  value,
  must: { value: MUST_SECONDS },
});
