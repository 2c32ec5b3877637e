/** Which configuration `npm start` runs with, and the one that it writes where there is none. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { capture, root } from './run.mjs';
import { trustedAt } from './workbench.mjs';

/** @param {number} workbenchPort */
function firstConfig(workbenchPort) {
  const { jwks_url, issuer, org_id } = trustedAt(workbenchPort);
  return `# Written by the first \`npm start\`. config.example.yaml explains every setting.
# Relative paths start at this file's folder. A config.yaml in the project's folder is used instead of this file.
server:
  host: 127.0.0.1
  port: 9470
database:
  url: sqlite:vitals.db
prometheus:
  enabled: true # false: GET /api/metrics/prometheus is not there at all
auth:
  key_file: jwt-key.json # made at the first start
  grafana: # whose users are believed: here those of the workbench, the stand-in for Grafana that \`npm start\` runs
    jwks_url: ${jwks_url}
    issuer: ${issuer}
    org_id: ${org_id}
`;
}

const embeddedClickHouse = `clickhouse:
  url: embedded:clickhouse # a ClickHouse inside the backend; or http(s)://host:port of a server
ingest:
  spool_dir: spool
`;

/** Whether the library of the embedded ClickHouse is there and fits this machine. It is an optional package. */
async function hasEmbeddedClickHouse() {
  const { code } = await capture(process.execPath, ['-e', "require('chdb')"]);
  return code === 0;
}

/**
 * The file asked for, else the project's own config.yaml, else the one in data/, written where there is none.
 * @param {{asked: string | undefined, workbenchPort: number}} options
 */
export async function configFile({ asked, workbenchPort }) {
  if (asked !== undefined) return resolve(asked);
  const own = join(root, 'config.yaml');
  if (existsSync(own)) return own;

  const folder = join(root, 'data');
  const file = join(folder, 'config.yaml');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const isWhole = await hasEmbeddedClickHouse();
    const text = firstConfig(workbenchPort);
    writeFileSync(file, isWhole ? `${text}${embeddedClickHouse}` : text, { mode: 0o600, flag: 'wx' });
    console.log('Wrote data/config.yaml with the embedded defaults.');
    if (!isWhole) {
      const where = `${process.platform} ${process.arch}`;
      console.log(`The embedded ClickHouse is not available on ${where}: started without it, and without ingest.`);
    }
  }
  return file;
}
