import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Session } from './session.ts';
import { serveFile } from './files.ts';
import { hasRole, type Manifest, type OrgRole } from './manifest.ts';
import { closedPage, enteredPage, shellPage } from './page.ts';
import { findDestination, forward, forwardedHeaders } from './proxy.ts';
import { parseSettings } from './settings.ts';
import { grafanaContext, ORG_ID, users } from './users.ts';
import type { Parts } from './parts.ts';

const MAX_BODY_BYTES = 64 * 1024;

const safety = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** Grafana's routes, as far as the plugin needs them. Nothing but the public keys is open to strangers. */
export function createRouter(parts: Parts): (request: IncomingMessage, response: ServerResponse) => void {
  const { door, identity, settings, manifest, folders, subPath } = parts;
  const { id } = manifest;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(safety)) response.setHeader(name, value);
    const objection = door.objection(request);
    if (objection) return json(response, 403, { message: objection });
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
    const search = query && `?${query}`;
    if (!path.startsWith(`${subPath}/`)) return json(response, 404, { message: 'Not found' });
    const pathname = path.slice(subPath.length);
    if (pathname === '/api/signing-keys/keys') return json(response, 200, identity.jwks);
    if (pathname === '/enter') return enter(response, new URLSearchParams(query).get('key'));
    const session = door.session(request);
    if (!session)
      return pathname.startsWith('/api/')
        ? json(response, 401, { message: 'Unauthorized', messageId: 'auth.unauthorized', statusCode: 401, traceID: '' })
        : page(response, 401, closedPage);

    const proxied = `/api/plugin-proxy/${id}/`;
    if (pathname.startsWith(proxied)) return proxy(request, response, session, pathname.slice(proxied.length), search);
    if (pathname === `/api/plugins/${id}/settings`) return pluginSettings(request, response, session);
    if (pathname === '/api/login/ping') return json(response, 200, { message: 'Logged in' });
    if (pathname === '/api/workbench') return workbench(request, response, session);
    if (pathname.startsWith('/api/')) return json(response, 404, { message: 'Not found' });
    if (pathname === '/favicon.ico') return void response.writeHead(204).end(); // the shell names its icon, a browser asks anyway
    if (served(pathname, response)) return;
    if (/\.\w+$/.test(pathname)) return json(response, 404, { message: 'Not found' });
    if (!mayOpen(manifest, pathname, session.user.role)) return redirect(response, `${subPath}/`);
    return page(response, 200, shellPage(subPath));
  }

  function enter(response: ServerResponse, key: string | null): void {
    const cookie = door.enter(key);
    if (!cookie) return page(response, 403, closedPage);
    response.setHeader('set-cookie', cookie);
    page(response, 200, enteredPage(subPath));
  }

  async function proxy(
    request: IncomingMessage,
    response: ServerResponse,
    { user }: Session,
    path: string,
    search: string,
  ) {
    if (!settings.read().enabled) return json(response, 404, { message: 'Plugin is not enabled' });
    const call = { method: request.method ?? 'GET', path, search, role: user.role };
    const destination = findDestination(manifest.routes, call, settings.read());
    if ('status' in destination) return json(response, destination.status, { message: destination.message });
    const headers = forwardedHeaders(request.headers, request.socket.remoteAddress ?? '', {
      ...destination.headers,
      'x-grafana-context': grafanaContext(user),
      'x-grafana-id': await identity.sign(user),
    });
    forward(request, response, { ...destination, headers });
  }

  async function pluginSettings(request: IncomingMessage, response: ServerResponse, { user }: Session) {
    if (request.method === 'POST') {
      if (user.role !== 'Admin')
        return json(response, 403, { message: "You'll need additional permissions to perform this action." });
      try {
        settings.write(parseSettings(await readBody(request)));
      } catch {
        return json(response, 400, { message: 'bad request data' });
      }
      return json(response, 200, { message: 'Plugin settings updated' });
    }
    const { enabled, pinned, jsonData, secureJsonData } = settings.read();
    const secureJsonFields = Object.fromEntries(
      Object.entries(secureJsonData).flatMap(([name, value]) => (value === '' ? [] : [[name, true] as const])),
    );
    const module = `public/plugins/${id}/module.js`;
    return json(response, 200, {
      ...{ ...manifest, routes: undefined, module, baseUrl: `public/plugins/${id}` },
      ...{ enabled, pinned, jsonData, secureJsonFields, defaultNavUrl: `/a/${id}/integrations`, signature: 'unsigned' },
    });
  }

  /** Who is signed in, and the switch to somebody else. */
  async function workbench(request: IncomingMessage, response: ServerResponse, session: Session) {
    if (request.method === 'POST') {
      const { login } = JSON.parse(await readBody(request)) as { login?: unknown };
      session.user = users.find((user) => user.login === login) ?? session.user;
    }
    return json(response, 200, { user: session.user, users, orgId: ORG_ID });
  }

  function served(pathname: string, response: ServerResponse): boolean {
    const path = decodeURIComponent(pathname);
    const plugin = `/public/plugins/${id}/`;
    if (path.startsWith(plugin)) return serveFile(folders.plugin, path.slice(plugin.length), response);
    return path.startsWith('/host/') && serveFile(folders.host, path.slice(6), response);
  }

  return (request, response) => {
    route(request, response).catch(() => {
      if (!response.headersSent) json(response, 400, { message: 'Bad request' });
      else response.destroy();
    });
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** As Grafana decides it when a page is loaded: by the role of plugin.json's include with this path. */
function mayOpen({ includes }: Manifest, pathname: string, role: OrgRole): boolean {
  const path = pathname.replace(/\/+$/, '');
  return includes.every((include) => include['path'] !== path || hasRole(role, include['role'] as OrgRole | undefined));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end();
}

function page(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
