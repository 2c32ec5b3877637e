import { once } from 'node:events';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { ask } from '../support/http.ts';
import { makePlace } from '../support/place.ts';
import { eventually, startServer, type RunningServer } from '../support/server.ts';
import { fingerprintOfFile, selfSigned } from '../support/tls.ts';
import { testWith } from '../tools.ts';

/** The certificate that a new connection gets. */
async function shownCertificate(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** Changes the files, and waits until the server says that it keeps the certificate that it has. */
async function changeInVain(server: RunningServer, change: () => void): Promise<void> {
  const timesKept = () => server.output().split('TLS certificate not reloaded').length;
  const before = timesKept();
  change();
  await eventually('the changed files are passed over', () => timesKept() > before);
}

testWith(
  'openssl',
  'replaced certificate files count for new connections, a half-written pair leaves the old one, and no connection is cut',
  async ({ openssl }) => {
    const folder = temporaryFolder();
    const [first, second, third] = ['first', 'second', 'third'].map((name) => selfSigned(openssl, folder, name));
    const used = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    copyFileSync(first!.cert, used.cert);
    copyFileSync(first!.key, used.key);
    const place = await makePlace({ tls: used });
    const server = await startServer(place.config);
    const { secret } = await place.mint('Prometheus');
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: place.ca });
    const sockets = new Set<unknown>();
    agent.on('free', (socket) => sockets.add(socket));
    const scrape = async () => {
      const headers = { authorization: `Bearer ${secret}` };
      const { status } = await ask(`${place.origin}/api/metrics/prometheus`, { agent, headers });
      expect(status).toBe(200);
    };
    await scrape();
    expect(await shownCertificate(place.port)).toBe(fingerprintOfFile(first!.cert));

    // The certificate of the new pair is there, its key is not yet.
    await changeInVain(server, () => copyFileSync(second!.cert, used.cert));
    expect(await shownCertificate(place.port)).toBe(fingerprintOfFile(first!.cert));

    copyFileSync(second!.key, used.key);
    await eventually('the second certificate is shown', async () => {
      return (await shownCertificate(place.port)) === fingerprintOfFile(second!.cert);
    });

    // A file that is gone for a moment, then cut off in the middle.
    await changeInVain(server, () => rmSync(used.cert));
    await changeInVain(server, () => writeFileSync(used.cert, '-----BEGIN CERTIFICATE-----\nMIIB'));
    expect(await shownCertificate(place.port)).toBe(fingerprintOfFile(second!.cert));

    // Swapped by renaming, as careful tools do.
    renameSync(third!.key, used.key);
    renameSync(third!.cert, used.cert);
    await eventually('the third certificate is shown', async () => {
      return (await shownCertificate(place.port)) === fingerprintOfFile(used.cert);
    });

    await scrape();
    expect(sockets.size).toBe(1); // the connection from before all this
    agent.destroy();
    expect(await server.kill('SIGTERM')).toBe(0);
  },
);
