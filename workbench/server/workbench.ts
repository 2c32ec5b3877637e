import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDoor } from './session.ts';
import { openIdentity } from './identity.ts';
import { readManifest } from './manifest.ts';
import { createRouter } from './router.ts';
import { openSettings } from './settings.ts';
import { ORG_ID } from './users.ts';

export interface WorkbenchOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Below which path it is served, as Grafana's `serve_from_sub_path`; `/…` without a trailing slash. */
  readonly subPath?: string;
  /** Where the signing key and the plugin's settings are kept; made when it does not exist. */
  readonly dataDir: string;
  /** Put into the plugin's settings at the start, as provisioning would. */
  readonly backendUrl?: string;
  /** The service credential for the same. */
  readonly credential?: string;
}

export interface Workbench {
  /** Its root URL without a trailing slash, with the sub-path. */
  readonly origin: string;
  /** Opens a session in a browser, once. */
  readonly link: string;
  newLink(): string;
  /** What `auth.grafana` of the backend has to say for it to trust this workbench's identities. */
  readonly trust: { readonly jwksUrl: string; readonly issuer: string; readonly orgId: number };
  close(): Promise<void>;
}

/**
 * Starts the stand-in for Grafana's shell on the loopback interface. The plugin (dist/) and the shell
 * (build/workbench-host/) have to be built before.
 */
export async function startWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const root = projectRoot();
  const folders = {
    plugin: join(root, 'dist'),
    host: join(root, 'build/workbench-host'),
  };
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const settings = openSettings(join(options.dataDir, 'settings.json'), provisioned(options));

  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => {
    response.writeHead(503).end();
  };
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => handle(request, response));
  await listen(server, options.port);
  const { subPath = '' } = options;
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}${subPath}`;
  const issuer = `${origin}/`;

  const door = createDoor(origin);
  const identity = await openIdentity(join(options.dataDir, 'signing-key.json'), issuer);
  handle = createRouter({
    door,
    identity,
    settings,
    manifest: readManifest(join(folders.plugin, 'plugin.json')),
    folders,
    subPath,
  });
  return {
    origin,
    link: door.newLink(),
    newLink: () => door.newLink(),
    trust: { jwksUrl: `${origin}/api/signing-keys/keys`, issuer, orgId: ORG_ID },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function provisioned({ backendUrl, credential }: WorkbenchOptions) {
  return {
    ...(backendUrl !== undefined && { jsonData: { backendUrl } }),
    ...(credential !== undefined && { secureJsonData: { apiToken: credential } }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => done());
  });
}

/** The folder with plugin.json, from the sources as well as from build/. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'plugin.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('plugin.json was not found above the workbench');
    folder = parent;
  }
  return folder;
}
