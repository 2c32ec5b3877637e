/**
 * The one-shot step of docker-compose.yaml: makes each secret that is not there yet, in the volume that its reader mounts.
 * Runs as the backend's user on the backend's database, before and beside it. Files can be read by every user, because
 * their readers run as others; what keeps them apart is who mounts which volume.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../build/bin/vitals.js', import.meta.url));
const folder = process.env['VITALS_SECRETS'] ?? '/run';
const DAY_MS = 24 * 3600 * 1000;
const inOneYear = new Date(Date.now() + 365 * DAY_MS).toISOString();

/** @param {string[]} args */
function vitals(...args) {
  return JSON.parse(execFileSync(process.execPath, [cli, ...args, '--json'], { encoding: 'utf8' }));
}

/** Writes a file that is whole or absent. @param {string} path @param {() => string} make */
function once(path, make) {
  const file = `${folder}/${path}`;
  if (existsSync(file)) return;
  const draft = `${file}.new`;
  writeFileSync(draft, make(), { mode: 0o444 });
  renameSync(draft, file);
  console.log(`made ${file}`);
}

once(
  'grafana/api-token',
  () => vitals('credential', 'issue', '--role', 'grafana', '--name', 'Grafana', '--ttl', '365d').jwt,
);
once('grafana/admin-password', () => randomBytes(18).toString('base64url'));
once('prometheus/scrape-token', () => vitals('token', 'create', '--name', 'Prometheus', '--expires', inOneYear).secret);

// The password for us, its hash for ClickHouse: where one is missing, both are made anew.
const users = `${folder}/clickhouse-users/vitals.xml`;
const password = `${folder}/clickhouse-password/password`;
if (!existsSync(users) || !existsSync(password)) {
  const secret = randomBytes(24).toString('base64url');
  const hash = createHash('sha256').update(secret).digest('hex');
  writeFileSync(password, secret, { mode: 0o644 });
  writeFileSync(users, clickhouseUsers(hash), { mode: 0o644 });
  console.log(`made ${password} and ${users}`);
}

/** One user, known by the hash of its password; the default one is gone. @param {string} hash */
function clickhouseUsers(hash) {
  return `<clickhouse>
  <users>
    <default remove="remove"/>
    <vitals>
      <password_sha256_hex>${hash}</password_sha256_hex>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </vitals>
  </users>
</clickhouse>
`;
}
