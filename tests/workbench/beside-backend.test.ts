import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWorkbench, trustedAt } from '../../scripts/workbench.mjs';

/** Nothing of the backend is asked before these are settled, so none has to run. */
async function refusal(trust: Parameters<typeof openWorkbench>[0]['trust'], port: number): Promise<string> {
  const backend = { config: '/nowhere/config.yaml', shown: 'config.yaml', origin: 'http://127.0.0.1:1' };
  return openWorkbench({ ...backend, trust, port }).then(
    () => 'it was started',
    (error: unknown) => (error as Error).message,
  );
}

describe('beside a backend, the workbench says why it is not started', () => {
  const line =
    "\n  grafana: {jwks_url: 'http://127.0.0.1:9471/api/signing-keys/keys', issuer: 'http://127.0.0.1:9471/', org_id: 1}";

  test('where the configuration believes no Grafana, with the line that is missing', async () => {
    expect(await refusal(undefined, 9471)).toBe(
      `config.yaml has no auth.grafana. For the workbench, set there, under auth:${line}`,
    );
  });

  test.each([
    ['another JWKS', { jwks_url: 'http://grafana:3000/api/signing-keys/keys' }],
    ['another issuer', { issuer: 'http://127.0.0.1:9472/' }],
    ['another organisation', { org_id: 2 }],
  ])('where the configuration believes another Grafana: %s', async (_what, other) => {
    expect(await refusal({ ...trustedAt(9471), ...other }, 9471)).toBe(
      `auth.grafana in config.yaml is for another Grafana. For the workbench, set there, under auth:${line}`,
    );
  });

  test('where its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await refusal(trustedAt(port), port)).toMatch(new RegExp(`^port ${port} is in use\\. Stop what uses it`));
  });
});
