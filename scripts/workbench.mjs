/** The workbench beside a backend that runs: only where its configuration believes it, with a credential of its own. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ask, isPortInUse } from './backend-process.mjs';
import { ensureBundles } from './bundles.mjs';
import { ensureBuilt, ensurePackages } from './prepare.mjs';
import { Stop, root } from './run.mjs';

/** @typedef {{jwks_url?: string, issuer?: string, org_id?: number}} Trust `auth.grafana` of a configuration */
/** @typedef {import('../workbench/server/workbench.ts').Workbench} Workbench */

export const defaultPort = 9471;
const dataDir = join(root, 'data', 'workbench');

/**
 * What `auth.grafana` has to say for the identities of a Grafana, or of what stands in for one, to be believed.
 * @param {string} rootUrl without a trailing slash
 */
export const trustIn = (rootUrl) => ({
  jwks_url: `${rootUrl}/api/signing-keys/keys`,
  issuer: `${rootUrl}/`,
  org_id: 1,
});

/** The same, for the workbench on this port. @param {number} port */
export const trustedAt = (port) => trustIn(`http://127.0.0.1:${port}`);

/** Why the configuration does not go with the workbench, and what to write there. @param {Trust | undefined} trust @param {number} port @param {string} config */
function objection(trust, port, config) {
  const wanted = trustedAt(port);
  const fits = (/** @type {keyof Trust} */ key) => trust?.[key] === wanted[key];
  if (fits('jwks_url') && fits('issuer') && fits('org_id')) return undefined;
  const why = trust ? `auth.grafana in ${config} is for another Grafana` : `${config} has no auth.grafana`;
  const { jwks_url, issuer, org_id } = wanted;
  return `${why}. For the workbench, set there, under auth:
  grafana: {jwks_url: '${jwks_url}', issuer: '${issuer}', org_id: ${org_id}}`;
}

/**
 * Whether the backend knows the credential. Without a user it may do nothing, which a good one is told with 403.
 * @param {string} origin @param {string} credential
 */
async function isGood(origin, credential) {
  try {
    const answer = await fetch(`${origin}/api/health`, { headers: { authorization: `Bearer ${credential}` } });
    await answer.body?.cancel();
    return answer.status === 403;
  } catch (error) {
    const { code } = /** @type {{code?: string}} */ (error instanceof Error ? (error.cause ?? {}) : {});
    const hint = 'Where its certificate is not signed by a known authority, set NODE_EXTRA_CA_CERTS.';
    throw new Stop(`the backend at ${origin} cannot be asked (${code ?? 'unknown'}). ${hint}`);
  }
}

/** The service credential that is kept, or a new one where that is missing, expired, revoked or of another install. @param {string} config @param {string} origin */
async function credentialFor(config, origin) {
  const file = join(dataDir, 'credential');
  const kept = readKept(file);
  if (kept !== undefined && (await isGood(origin, kept))) return kept;

  const issue = ['credential', 'issue', '--role', 'grafana', '--name', 'Workbench', '--ttl', '365d'];
  /** @type {{jwt: string}} */
  const { jwt } = await ask([...issue, '--config', config]);
  writeFileSync(`${file}.new`, jwt, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return jwt;
}

/** @param {string} file */
function readKept(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {{config: string, shown: string, origin: string, trust: Trust | undefined, port: number, ended?: Promise<unknown>}}
 * backend `shown`: the configuration file as the user would type it; `ended`: when installing is of no use any more
 * @returns {Promise<Workbench>}
 * @throws Stop saying why there is none; the backend runs all the same
 */
export async function openWorkbench({ config, shown, origin, trust, port, ended }) {
  const why = objection(trust, port, shown);
  if (why) throw new Stop(why);
  if (await isPortInUse({ host: '127.0.0.1', port })) {
    throw new Stop(`port ${port} is in use. Stop what uses it, or give another one: npm start -- --workbench-port N`);
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const credential = await credentialFor(config, origin);
  await ensurePackages(ended);
  await ensureBuilt('workbench/server');
  await ensureBundles();
  /** @type {typeof import('../workbench/server/workbench.ts')} */
  const { startWorkbench } = await import(
    pathToFileURL(join(root, 'build', 'workbench', 'server', 'workbench.js')).href
  );
  return startWorkbench({ port, dataDir, backendUrl: origin, credential });
}
