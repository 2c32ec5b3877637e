/**
 * `npm run fuzz:api`: what machines make of the interface's own description. openapi-spec-validator reads the document, and
 * Schemathesis asks a built backend by it, as an administrator and as a viewer, with a fixed seed. What it finds and what is
 * meant to be so stands with its reason in `fuzz-api.toml`; anything else is a failure.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, isPortInUse, originOf, startBackend } from './backend-process.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { Stop, root, run, runMain } from './run.mjs';

/** From PyPI, in a virtual environment in the user's cache. */
const packages = ['schemathesis==4.32.5', 'openapi-spec-validator==0.9.0'];
const SEED = 17;
/** Requests that are made up for a route, beside those that each of its borders asks for. */
const EXAMPLES = 5;
const server = { host: '127.0.0.1', port: 9479, tls: false, public_url: null };

/** Where the commands of the virtual environment are, which is made where it is not there yet. */
async function ensureTools() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'appliance-vitals', `fuzz-api ${packages.join(' ')}`.replace(/[ =]+/g, '-'));
  const bin = join(folder, 'bin');
  const isComplete = join(folder, 'complete');
  if (existsSync(isComplete)) return bin;
  console.log(`Installing ${packages.join(', ')} from PyPI …`);
  rmSync(folder, { recursive: true, force: true });
  if ((await run('python3', ['-m', 'venv', folder])) !== 0) {
    throw new Stop('python3 cannot make a virtual environment. Install Python 3.10 or newer (Debian: python3-venv).');
  }
  if ((await run(join(bin, 'pip'), ['install', '--quiet', ...packages])) !== 0) {
    throw new Stop('Packages could not be installed from PyPI; see the lines above.');
  }
  writeFileSync(isComplete, '');
  return bin;
}

/** A backend that has something to show, in a folder of its own. @param {string} folder */
function configure(folder) {
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `server: { port: ${server.port} }
database: { url: "sqlite:vitals.db" }
prometheus: { enabled: true }
auth: { key_file: jwt-key.json }
`,
  );
  return config;
}

/** @param {string} config @param {string} role @returns {Promise<string>} */
async function issue(config, role) {
  const named = ['--role', role, '--name', `fuzz ${role}`, '--ttl', '1h', '--config', config];
  return (await ask(['credential', 'issue', ...named])).jwt;
}

/** @param {string} origin @param {string} jwt */
async function readDocument(origin, jwt) {
  const answer = await fetch(`${origin}/api/openapi.json`, { headers: { authorization: `Bearer ${jwt}` } });
  if (answer.status !== 200) throw new Stop(`/api/openapi.json answers ${answer.status}.`);
  return answer.text();
}

/** @param {string} bin @param {string} folder */
async function fuzz(bin, folder) {
  const config = configure(folder);
  const jwts = { admin: await issue(config, 'admin'), viewer: await issue(config, 'viewer') };
  const backend = startBackend(config);
  try {
    const origin = originOf(server);
    if (!(await backend.isUp(origin, 30_000))) throw new Stop('The backend did not start.');
    const document = join(folder, 'openapi.json');
    writeFileSync(document, await readDocument(origin, jwts.admin));
    /** @type {string[]} */
    const failed = [];
    if ((await run(join(bin, 'openapi-spec-validator'), [document])) !== 0) failed.push('openapi-spec-validator');
    for (const [role, jwt] of Object.entries(jwts)) {
      console.log(`Schemathesis as ${role} …`);
      const args = [
        ...['--config-file', join(root, 'scripts', 'fuzz-api.toml'), '--no-color'],
        ...['run', document, '--url', origin, '--header', `Authorization: Bearer ${jwt}`],
        ...['--phases', 'coverage,fuzzing', '--warnings', 'off'],
        ...['--seed', String(SEED), '--max-examples', String(EXAMPLES), '--workers', '1'],
      ];
      if ((await run(join(bin, 'schemathesis'), args)) !== 0) failed.push(`Schemathesis as ${role}`);
    }
    if (failed.length > 0) throw new Stop(`The interface is not as it describes itself: ${failed.join(', ')}.`);
  } finally {
    backend.stop();
    await backend.ended;
  }
}

async function main() {
  await ensureInstalled();
  await ensureBuilt();
  if (await isPortInUse(server)) throw new Stop(`Something listens at port ${server.port} already.`);
  const bin = await ensureTools();
  const folder = mkdtempSync(join(tmpdir(), 'vitals-fuzz-'));
  try {
    await fuzz(bin, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runMain(main);
