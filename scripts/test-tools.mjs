/** Programs from outside npm that tests need: found on PATH, or installed from Debian's packages where that is allowed. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Stop, inCi, isMain, root, run, runMain } from './run.mjs';

/** Command -> Debian package. `tests/tools.ts` names the same commands. */
const packages = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-node-exporter': 'prometheus-node-exporter',
  'prometheus-pushgateway': 'prometheus-pushgateway',
  openssl: 'openssl',
  curl: 'curl',
  chromium: 'chromium',
  python3: 'python3-prometheus-client', // which brings a Python along
};
/** What a command has to be able to do beside being there. @type {Record<string, string[]>} */
const proofs = { python3: ['-c', 'import prometheus_client'] };

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} command */
function onPath(command) {
  const proof = proofs[command];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .some((file) => isExecutable(file) && (!proof || spawnSync(file, proof).status === 0));
}

const missingTools = () => Object.entries(packages).filter(([command]) => !onPath(command));

/**
 * Runs `install` while packages may not start the services they bring. Debian asks /usr/sbin/policy-rc.d before any
 * start, with systemd and without; a machine that has one already has decided for itself.
 * @param {() => Promise<number>} install
 */
async function withoutServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  const remove = () => rmSync(policy, { force: true });
  const waitForApt = () => undefined; // an interrupted apt-get ends by itself, and then the policy is removed
  process.on('exit', remove).on('SIGINT', waitForApt).on('SIGTERM', waitForApt);
  try {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
    return await install();
  } finally {
    remove();
    process.off('exit', remove).off('SIGINT', waitForApt).off('SIGTERM', waitForApt);
  }
}

/** @param {string[]} names */
async function install(names) {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  console.error(`Installing ${names.join(', ')} from Debian's packages, about a minute …`);
  if ((await run('apt-get', ['update', '-q'], quiet)) !== 0) return;
  await withoutServices(() => run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], quiet));
  // Packages also ask for a start at the next boot.
  const units = names.map((name) => `${name}.service`).filter((unit) => existsSync(`/lib/systemd/system/${unit}`));
  if (existsSync('/run/systemd/system') && units.length > 0) await run('systemctl', ['disable', '--quiet', ...units]);
}

/** Titles of the tests that are written as `testWith('command' or ['command', …], 'title', …)`. @param {string} command */
function testsWith(command) {
  const folder = join(root, 'tests');
  const call = /testWith\(\s*('[^']*'|\[[^\]]*\])\s*,\s*(['"`])(.+?)\2/g;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(call)])
    .filter(([, commands]) => commands?.includes(`'${command}'`))
    .map(([, , , title]) => title);
}

/** Brings in what is missing, or says what will be skipped for want of it; under CI=true that is a failure. */
export async function ensureTestTools() {
  const wanted = missingTools().map(([, name]) => name);
  if (wanted.length > 0 && process.getuid?.() === 0 && onPath('apt-get')) await install([...new Set(wanted)]);

  const missing = missingTools();
  if (missing.length === 0) return;
  for (const [command, name] of missing) {
    console.error(`${command} is not installed (Debian package ${name}). Without it these tests are skipped:`);
    for (const title of testsWith(command)) console.error(`  - ${title}`);
  }
  if (inCi) throw new Stop('With CI=true a missing tool is a failure. Install it and try again.');
}

if (isMain(import.meta.url)) await runMain(ensureTestTools);
