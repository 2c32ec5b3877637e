/** `node build/workbench/server/main.js`: the workbench by itself, beside a backend that is running already. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startWorkbench } from './workbench.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9471' },
    'data-dir': { type: 'string', default: 'data/workbench' },
    'backend-url': { type: 'string' },
    'credential-file': { type: 'string' },
  },
});

const credentialFile = values['credential-file'];
const workbench = await startWorkbench({
  port: Number(values.port),
  dataDir: values['data-dir'],
  ...(values['backend-url'] !== undefined && { backendUrl: values['backend-url'] }),
  ...(credentialFile !== undefined && { credential: readFileSync(credentialFile, 'utf8').trim() }),
});

process.stdout.write(`Workbench, a development stand-in for Grafana. Open this link, which works once:
  ${workbench.link}
For the backend's config.yaml:
  auth: {grafana: {jwks_url: "${workbench.trust.jwksUrl}", issuer: "${workbench.trust.issuer}", org_id: ${workbench.trust.orgId}}}
`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void workbench.close());
