import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  CreateTokenBody,
  Health,
  Integration,
  ScrapeAuthWay,
  Token,
  TokenSortField,
  TokenStatus,
} from '../../contract/api.ts';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import type { RefusalCode } from '../../contract/refusals.ts';
import { fakeAlarms, type AlarmState } from './fakeAlarms.ts';
import { fakeAudit, intact, type AuditState } from './fakeAudit.ts';
import { fakeBell, type BellState } from './fakeBell.ts';
import type { CatalogueState } from './fakeCatalogues.ts';
import { fakeCredentials, type CredentialState } from './fakeCredentials.ts';
import { fakePush, makePush, unreachable, type PushState } from './fakePush.ts';
import { fakeRules, type RuleState } from './fakeRules.ts';
import { answerOf, type FakeTokens } from './fakeTokens.ts';
import { FAKE_SECRET, makeToken } from './makeToken.ts';
import { ok, paged, problem, type Answer, type Call } from './fakeReplies.ts';

export { problem };

/** The API in memory, for tests of the plugin and the workbench that need no real backend. */
export interface FakeBackend
  extends AlarmState, AuditState, BellState, CatalogueState, CredentialState, FakeTokens, PushState, RuleState {
  readonly url: string;
  /** What the last request brought along. */
  lastHeaders: IncomingMessage['headers'];
  /** Answers everything with this refusal until it is taken back. */
  refusal: RefusalCode | undefined;
  integration: 'enabled' | 'disabled';
  /** Beside a token in the header. */
  readonly authentication: ScrapeAuthWay[];
  health: Partial<Health>;
  close(): Promise<void>;
}

export { FAKE_SECRET, makeToken };

export async function startFakeBackend(): Promise<FakeBackend> {
  const state: FakeBackend = {
    url: '',
    tokens: [],
    progress: {},
    consumers: {},
    diagnosis: { verdict: 'unknown', token: null },
    alarms: [],
    rules: [],
    audit: [],
    verification: intact(),
    notifications: [],
    credentials: [],
    catalogues: [],
    push: makePush(),
    pushTest: unreachable,
    lastHeaders: {},
    refusal: undefined,
    integration: 'enabled',
    authentication: [],
    health: {},
    close: () => new Promise((done) => (server.close(() => done()), server.closeAllConnections())),
  };
  const server: Server = createServer((request, response) => {
    void readJson(request).then((body) => {
      state.lastHeaders = request.headers;
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
      const [, , resource = '', id, action] = pathname.split('/');
      const call = { method: request.method ?? 'GET', resource, id, action, query: searchParams, body };
      const { status, answer, text } = reply(state, call);
      const type = text ?? (status < 400 ? 'application/json' : 'application/problem+json');
      response
        .writeHead(status, { 'content-type': type, [MARKER_HEADER]: API_VERSION })
        .end(text ? String(answer) : JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function reply(state: FakeBackend, call: Call): Answer {
  if (state.refusal) return problem(state.refusal);
  switch (call.resource) {
    case 'health':
      return ok({ ...health, ...state.health });
    case 'integrations':
      return ok([integration(state)]);
    case 'catalogues':
      return ok({ items: state.catalogues });
    case 'push':
      return fakePush(state, call);
    case 'contract':
      return ok({ families: [{ name: 'dhcp_dpi_clickhouse_up', labels: { instance: ['embedded'] } }] });
    case 'tokens':
      return tokens(state, call);
    case 'alarms':
      return fakeAlarms(state, call);
    case 'alarm-acknowledgements':
      return fakeAlarms(state, { ...call, action: 'acknowledge' });
    case 'alarm-rules':
      return fakeRules(state, call);
    case 'audit':
      return fakeAudit(state, call);
    case 'notifications':
      return fakeBell(state, call);
    case 'credentials':
      return fakeCredentials(state, call);
    default:
      return problem('not_found');
  }
}

function tokens(state: FakeBackend, { method, id, action, query, body }: Call): Answer {
  if (id === undefined) return method === 'POST' ? create(state, body) : ok(list(state.tokens, query));
  if (id === 'diagnose') return ok(state.diagnosis);
  const token = state.tokens.find((each) => each.id === id);
  if (!token) return problem('token_not_found');
  const more = answerOf(state, token, action, body);
  if (more) return more;
  if (action === 'rename') Object.assign(token, { name: body['name'] });
  if (action === 'revoke') {
    if (token.status === 'revoked') return problem('token_already_revoked');
    Object.assign(token, { status: 'revoked', revokedAt: new Date().toISOString(), revokedBy: 'ada' });
  }
  return ok({ token });
}

function integration({ integration: status, authentication, tokens }: FakeBackend): Integration {
  return {
    id: 'prometheus',
    name: 'Prometheus',
    status,
    path: '/api/metrics/prometheus',
    publicUrl: 'https://appliance.example.com:9470',
    activeTokens: tokens.filter((token) => token.status === 'active').length,
    lastScrapeAt: null,
    authentication: ['bearer', ...authentication],
    openTo: authentication.includes('none') ? ['127.0.0.0/8', '::1/128'] : [],
    maxTokenLifetimeDays: null,
  };
}

const health: Health = {
  status: 'ok',
  version: '0.1.0',
  uptimeSeconds: 60,
  database: 'ok',
  reasons: [],
  alarmEngineTickAgeSeconds: 3,
  spool: null,
  caller: { credential: 'grafana', role: 'admin', name: 'ada' },
};

function create(state: FakeBackend, body: Record<string, unknown>) {
  const { name = '', expiresAt, catalogues } = body as Partial<CreateTokenBody>;
  const createdAt = new Date().toISOString();
  const token = makeToken({ name, expiresAt: expiresAt ?? null, createdAt, ...(catalogues && { catalogues }) });
  state.tokens.unshift(token);
  return ok({ token, secret: FAKE_SECRET }, 201);
}

function list(tokens: Token[], params: URLSearchParams) {
  const status = params.get('status') as TokenStatus | null;
  const search = (params.get('search') ?? '').toLowerCase();
  const sort = params.get('sort') ?? '-createdAt';
  const field = sort.replace(/^-/, '') as TokenSortField;
  const found = tokens
    .filter((token) => (!status || token.status === status) && token.name.toLowerCase().includes(search))
    .sort((a, b) => (a[field] ?? '').localeCompare(b[field] ?? '') * (sort.startsWith('-') ? -1 : 1));
  return { ...paged(found, params), total: found.length };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}
