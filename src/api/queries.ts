/** Everything that the pages read, each by the key under which it is cached. */
import type {
  Alarm,
  AlarmList,
  AlarmRule,
  AuditList,
  AuditVerification,
  Catalogue,
  Condition,
  Contract,
  CredentialList,
  Integration,
  ListAlarmsQuery,
  ListAuditQuery,
  ListCredentialsQuery,
  NotificationList,
  Push,
  RulePreview,
  Token,
  TokenConsumers,
  TokenList,
  TokenRotation,
} from '../../contract/api.ts';
import * as client from './client.ts';
import type { ApiQuery } from './queryClient.ts';

/** A listing whose filters and pages are the server's work. */
export interface ApiListing<L> {
  readonly queryKey: readonly unknown[];
  /** Asks for the page behind a cursor, or for the first one. */
  readonly askPage: (cursor: string | undefined, signal: AbortSignal) => Promise<L>;
}

type Filters<Query> = Omit<Partial<Query>, 'limit' | 'cursor'>;

export const integrationsQuery: ApiQuery<Integration[]> = {
  queryKey: ['integrations'],
  ask: client.listIntegrations,
};
export const cataloguesQuery: ApiQuery<Catalogue[]> = { queryKey: ['catalogues'], ask: client.listCatalogues };
export const contractQuery: ApiQuery<Contract> = { queryKey: ['contract'], ask: client.getContract };
export const pushQuery: ApiQuery<Push> = { queryKey: ['push'], ask: client.getPush };
export const rulesQuery: ApiQuery<AlarmRule[]> = { queryKey: ['rules'], ask: client.listRules };
export const verificationQuery: ApiQuery<AuditVerification> = {
  queryKey: ['audit', 'verification'],
  ask: client.getVerification,
};
export const unreadQuery: ApiQuery<number> = {
  queryKey: ['notifications', 'unread'],
  ask: async (signal) => (await client.listNotifications({ limit: 1 }, signal)).unreadCount,
};

export const alarmQuery = (id: string): ApiQuery<Alarm> => ({
  queryKey: ['alarms', id],
  ask: (signal) => client.getAlarm(id, signal),
});
export const tokenQuery = (id: string): ApiQuery<Token> => ({
  queryKey: ['tokens', id],
  ask: (signal) => client.getToken(id, signal),
});
export const consumersQuery = (id: string): ApiQuery<TokenConsumers> => ({
  queryKey: ['tokens', id, 'consumers'],
  ask: (signal) => client.getConsumers(id, signal),
});
export const rotationQuery = (id: string): ApiQuery<TokenRotation> => ({
  queryKey: ['tokens', id, 'rotation'],
  ask: (signal) => client.getRotation(id, signal),
});

interface TokenDetails {
  readonly token: Token;
  readonly rotation: TokenRotation;
  readonly consumers: TokenConsumers;
}

/** All that is known of one token. */
export const tokenDetailsQuery = (id: string): ApiQuery<TokenDetails> => ({
  queryKey: ['tokens', id, 'details'],
  ask: async (signal) => {
    const [token, rotation, consumers] = await Promise.all([
      client.getToken(id, signal),
      client.getRotation(id, signal),
      client.getConsumers(id, signal),
    ]);
    return { token, rotation, consumers };
  },
});

const TYPING_PAUSE_MS = 400;

/** What a rule with this condition would do now, asked for when the typing pauses. A condition half typed is not worth keeping. */
export const rulePreviewQuery = (condition: Condition): ApiQuery<RulePreview> => ({
  queryKey: ['rules', 'preview', condition],
  gcTime: 0,
  ask: async (signal) => {
    await new Promise((done) => setTimeout(done, TYPING_PAUSE_MS));
    signal.throwIfAborted();
    return client.previewRule(condition, signal);
  },
});

/** Rows of a page, of every listing with a table. */
export const PAGE_SIZE = 50;

export const tokensListing = (filters: Filters<client.TokenListQuery>): ApiListing<TokenList> => ({
  queryKey: ['tokens', filters],
  askPage: (cursor, signal) => client.listTokens({ ...filters, limit: PAGE_SIZE, cursor }, signal),
});
export const alarmsListing = (filters: Filters<ListAlarmsQuery>): ApiListing<AlarmList> => ({
  queryKey: ['alarms', filters],
  askPage: (cursor, signal) => client.listAlarms({ ...filters, limit: PAGE_SIZE, cursor }, signal),
});
export const auditListing = (filters: Filters<ListAuditQuery>): ApiListing<AuditList> => ({
  queryKey: ['audit', filters],
  askPage: (cursor, signal) => client.listAudit({ ...filters, limit: PAGE_SIZE, cursor }, signal),
});
export const credentialsListing = (filters: Filters<ListCredentialsQuery>): ApiListing<CredentialList> => ({
  queryKey: ['credentials', filters],
  askPage: (cursor, signal) => client.listCredentials({ ...filters, limit: PAGE_SIZE, cursor }, signal),
});
/** Of the bell's drawer, which is narrow. */
export const notificationsListing: ApiListing<NotificationList> = {
  queryKey: ['notifications', 'list'],
  askPage: (cursor, signal) => client.listNotifications({ limit: 20, cursor }, signal),
};
