import { chmodSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigError } from '../../backend/config/error.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { readTls, watchTls } from '../../backend/http/tls.ts';
import { selfSigned } from '../support/certificate.ts';
import { temporaryFolder } from '../support/folder.ts';

afterEach(() => {
  vi.useRealTimers();
});

function written(pair = selfSigned('first')) {
  const folder = temporaryFolder();
  const files = { cert_file: join(folder, 'cert.pem'), key_file: join(folder, 'key.pem') };
  const write = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(files.cert_file, cert);
    writeFileSync(files.key_file, key, { mode: 0o600 });
  };
  write(pair);
  return { files, write, pair };
}

function problemOf(files: { cert_file: string; key_file: string }): string {
  try {
    readTls(files);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'none';
}

test('a certificate and its key are read', () => {
  const { files, pair } = written();
  expect(readTls(files)).toEqual({ cert: Buffer.from(pair.cert), key: Buffer.from(pair.key) });
});

test('what cannot be served is one line that names the setting, and nothing of the key', () => {
  const { files, write, pair } = written();
  const missing = { ...files, key_file: `${files.key_file}.gone` };
  expect(problemOf(missing)).toBe(`server.tls.key_file: ${missing.key_file} cannot be read (ENOENT).`);
  expect(problemOf({ ...files, cert_file: '/' })).toBe('server.tls.cert_file: / cannot be read (EISDIR).');
  const body = pair.key.split('\n')[1] ?? '';
  for (const wrong of [
    { cert: pair.cert, key: selfSigned('second').key },
    { cert: 'no certificate', key: pair.key },
    { cert: pair.cert, key: pair.key.slice(0, -40) },
    { cert: pair.key, key: pair.cert },
    { cert: '', key: '' },
  ]) {
    write(wrong);
    const problem = problemOf(files);
    expect(problem).toMatch(/^server\.tls: certificate and key cannot be used together: .+\.$/);
    expect(problem).not.toContain(body);
  }
});

test.each([0o644, 0o640, 0o604, 0o660])('a key of mode %o, which others can read, is refused', (mode) => {
  const { files } = written();
  chmodSync(files.key_file, mode);
  expect(problemOf(files)).toBe(
    `server.tls.key_file: ${files.key_file} can be read by other users. Run: chmod 600 ${files.key_file}`,
  );
});

/** The common name of the certificate that the server shows. */
async function shown(port: number): Promise<string> {
  const request = get({ port, rejectUnauthorized: false, agent: false });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & { socket: TLSSocket }];
  const name = response.socket.getPeerCertificate().subject.CN;
  response.resume();
  return String(name);
}

test('changed files are served from then on, a pair that does not fit leaves the old one, both are logged', async () => {
  const { files, write, pair } = written();
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  const server = createServer(pair, (_request, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const watch = watchTls(files, (next) => server.setSecureContext(next), logger);
  onTestFinished(() => {
    watch.close();
    server.close();
  });
  const said = (text: string) => vi.waitFor(() => expect(lines.join('')).toContain(text));

  expect(await shown(port)).toBe('first');
  write({ cert: pair.cert, key: selfSigned('stranger').key });
  await said('TLS certificate not reloaded');
  expect(await shown(port)).toBe('first');
  write(selfSigned('renewed'));
  await said('TLS certificate reloaded');
  expect(await shown(port)).toBe('renewed');
  expect(lines.join('')).not.toContain('PRIVATE');
});
