import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import manifest from '../../plugin.json';
import { paths } from '../../src/lib/constants.ts';
import { findDestination, type Destination } from '../../workbench/server/proxy.ts';
import type { OrgRole, Route } from '../../workbench/server/manifest.ts';
import { extractTexts, textsFile } from '../../scripts/extract-texts.mjs';

const routes = manifest.routes as Route[];
const settings = {
  enabled: true,
  pinned: true,
  jsonData: { backendUrl: 'http://appliance:9470' },
  secureJsonData: { apiToken: 'a.b.c' },
};

function go(role: OrgRole, method: string, path: string, search = ''): Destination {
  return findDestination(routes, { method, path, search, role }, settings);
}

const denied = { status: 403, message: 'plugin proxy route access denied' };

test('every route asks for a role', () => {
  expect(routes.filter((route) => !route.reqRole)).toEqual([]);
});

test.each([
  ['POST', 'api/tokens'],
  ['POST', 'api/tokens/t1/revoke'],
  ['PUT', 'api/alarm-rules/r1'],
  ['DELETE', 'api/alarm-rules/r1'],
  ['GET', 'api/tokens'],
  ['GET', 'api/tokens/'],
  ['GET', 'api/tokens/t1'],
  ['GET', 'api/credentials'],
  ['GET', 'api/audit'],
  ['GET', 'api/audit/export'],
])('%s %s is for administrators', (method, path) => {
  expect(go('Viewer', method, path)).toEqual(denied);
  expect(go('Editor', method, path)).toEqual(denied);
  const to = go('Admin', method, path);
  expect('path' in to && to.origin.origin + to.path).toBe(`http://appliance:9470/${path.replace(/\/$/, '')}`);
});

test.each(['api/health', 'api/integrations', 'api/contract'])('GET %s is for everyone who may see the app', (path) => {
  const to = go('Viewer', 'GET', path, '?a=b');
  expect(to).toEqual({
    origin: new URL(`http://appliance:9470/${path}`),
    path: `/${path}?a=b`,
    headers: { Authorization: 'Bearer a.b.c' },
  });
});

test.each([
  ['GET', 'metrics'],
  ['GET', 'apis/tokens'],
  ['PATCH', 'api/tokens'],
  ['HEAD', 'api/tokens'],
])('%s %s goes nowhere', (method, path) => {
  expect(go('Admin', method, path)).toEqual({ status: 404, message: 'plugin route match not found' });
});

test.each([
  ['new', 'n.e.w'],
  ['saved', 'a.b.c'],
])('settings on trial, with the %s credential, are read by administrators’ health check alone', (which, credential) => {
  const path = `trial/${which}-credential`;
  const trial = {
    jsonData: { ...settings.jsonData, trialUrl: 'http://other:9470' },
    secureJsonData: { apiToken: 'a.b.c', trialToken: 'n.e.w' },
  };
  const ask = (role: OrgRole) =>
    findDestination(routes, { method: 'GET', path, search: '', role }, { ...settings, ...trial });
  expect(ask('Editor')).toEqual(denied);
  expect(ask('Admin')).toEqual({
    origin: new URL('http://other:9470/api/health'),
    path: '/api/health',
    headers: { Authorization: `Bearer ${credential}` },
  });
  expect(go('Admin', 'POST', path)).toEqual({ status: 404, message: 'plugin route match not found' });
  expect(go('Admin', 'GET', `${path}/x`)).toEqual({ status: 404, message: 'plugin route match not found' });
});

test('the pages of the menu are the pages of the app', () => {
  const included = manifest.includes
    .filter(({ type }) => type === 'page')
    .map(({ path }) => path.replace('%PLUGIN_ID%', manifest.id));
  expect(included).toEqual([paths.integrations, paths.tokens, paths.alarms, paths.audit, paths.help, paths.settings]);
});

test('the dashboards of the manifest are the generated ones', () => {
  const included = manifest.includes.filter(({ type }) => type === 'dashboard').map(({ path }) => path);
  const folder = fileURLToPath(new URL('../../src/dashboards', import.meta.url));
  const generated = readdirSync(folder).filter((name) => name.endsWith('.json'));
  expect(included.sort()).toEqual(generated.map((name) => `dashboards/${name}`).sort());
});

test('the English texts are those of the sources', () => {
  expect(readFileSync(textsFile, 'utf8')).toBe(extractTexts());
});
