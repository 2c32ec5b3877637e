/** Every call that the pages make: the backend's API through Grafana's plugin proxy. */
import { config } from '@grafana/runtime';
import type {
  Alarm,
  AlarmList,
  AlarmRule,
  AlarmRuleBody,
  AlarmRuleList,
  AuditExportFormat,
  AuditList,
  AuditVerification,
  Catalogue,
  CatalogueList,
  Condition,
  Contract,
  CreateTokenBody,
  CreatedToken,
  Credential,
  CredentialList,
  ExportAuditQuery,
  DiagnoseTokenBody,
  Integration,
  ListAlarmsQuery,
  ListAuditQuery,
  ListCredentialsQuery,
  ListNotificationsQuery,
  ListTokensQuery,
  NotificationList,
  Push,
  PushSettingsBody,
  PushTest,
  ReadNotificationsBody,
  RulePreview,
  RotatedToken,
  RotateTokenBody,
  Token,
  TokenConsumers,
  TokenDiagnosis,
  TokenList,
  TokenRotation,
} from '../../contract/api.ts';
import { PLUGIN_ID } from '../lib/constants.ts';
import { present, request, send } from './request.ts';
import { SecretBox } from './secret.ts';

const BACKEND = `/api/plugin-proxy/${PLUGIN_ID}/api`;

export type TokenListQuery = Partial<ListTokensQuery>;

export function listTokens(query: TokenListQuery, signal?: AbortSignal): Promise<TokenList> {
  return send<TokenList>(`${BACKEND}/tokens`, { params: query, signal });
}

export async function getToken(id: string, signal?: AbortSignal): Promise<Token> {
  return (await send<{ token: Token }>(oneToken(id), { signal })).token;
}

/** A new token with its value, which nobody can ask for again. */
export interface IssuedToken {
  readonly token: Token;
  /** Leaves the client in a box that can be emptied, and nowhere else; no cache ever holds it. */
  readonly secret: SecretBox;
  /** The token that this one replaces, where it comes from a rotation. */
  readonly predecessor?: Token;
}

/** Creates a token, whose value is in this answer alone. */
export async function createToken(body: CreateTokenBody): Promise<IssuedToken> {
  const { token, secret } = await send<CreatedToken>(`${BACKEND}/tokens`, { method: 'POST', data: body });
  return { token, secret: new SecretBox(secret) };
}

export async function renameToken(id: string, name: string): Promise<Token> {
  return (await send<{ token: Token }>(`${oneToken(id)}/rename`, { method: 'POST', data: { name } })).token;
}

export async function revokeToken(id: string): Promise<Token> {
  return (await send<{ token: Token }>(`${oneToken(id)}/revoke`, { method: 'POST' })).token;
}

/** Creates a token's successor. */
export async function rotateToken(id: string, body: RotateTokenBody): Promise<IssuedToken> {
  const { token, secret, predecessor } = await send<RotatedToken>(`${oneToken(id)}/rotate`, {
    method: 'POST',
    data: body,
  });
  return { token, secret: new SecretBox(secret), predecessor };
}

export function getRotation(id: string, signal?: AbortSignal): Promise<TokenRotation> {
  return send<TokenRotation>(`${oneToken(id)}/rotation`, { signal });
}

export function getConsumers(id: string, signal?: AbortSignal): Promise<TokenConsumers> {
  return send<TokenConsumers>(`${oneToken(id)}/consumers`, { signal });
}

/** Asks what is wrong with a token, by what may be known of it: never the token. */
export function diagnoseToken(traits: DiagnoseTokenBody): Promise<TokenDiagnosis> {
  return send<TokenDiagnosis>(`${BACKEND}/tokens/diagnose`, { method: 'POST', data: traits, isQuestion: true });
}

export function listIntegrations(signal?: AbortSignal): Promise<Integration[]> {
  return send<Integration[]>(`${BACKEND}/integrations`, { signal });
}

export async function listCatalogues(signal?: AbortSignal): Promise<Catalogue[]> {
  return (await send<CatalogueList>(`${BACKEND}/catalogues`, { signal })).items;
}

export function getPush(signal?: AbortSignal): Promise<Push> {
  return send<Push>(PUSH, { signal });
}

export function savePush(body: PushSettingsBody): Promise<Push> {
  return send<Push>(PUSH, { method: 'PUT', data: body });
}

/** What one push with these settings comes to. Nothing is saved. */
export function testPush(body: PushSettingsBody): Promise<PushTest> {
  return send<PushTest>(`${PUSH}/test`, { method: 'POST', data: body, isQuestion: true });
}

export function listNotifications(
  query: Partial<ListNotificationsQuery>,
  signal?: AbortSignal,
): Promise<NotificationList> {
  return send<NotificationList>(`${BACKEND}/notifications`, { params: query, signal });
}

/** Marks notifications as read, for this user alone. @returns how many are still unread. */
export async function markRead(body: ReadNotificationsBody): Promise<number> {
  const answer = await send<{ unreadCount: number }>(`${BACKEND}/notifications/read`, { method: 'POST', data: body });
  return answer.unreadCount;
}

export function listAudit(query: Partial<ListAuditQuery>, signal?: AbortSignal): Promise<AuditList> {
  return send<AuditList>(`${BACKEND}/audit`, { params: query, signal });
}

/** Where the browser itself can fetch an export, however large it is. */
export function auditExportUrl(format: AuditExportFormat, filters: Omit<ExportAuditQuery, 'format'>): string {
  const query = new URLSearchParams(present({ format, ...filters }) as Record<string, string>);
  return `${config.appSubUrl}${BACKEND}/audit/export?${query.toString()}`;
}

export function getVerification(signal?: AbortSignal): Promise<AuditVerification> {
  return send<AuditVerification>(`${BACKEND}/audit/verification`, { signal });
}

/** Has the log checked again from its first row. */
export function verifyAgain(): Promise<AuditVerification> {
  return send<AuditVerification>(`${BACKEND}/audit/verification`, { method: 'POST' });
}

export function listCredentials(query: Partial<ListCredentialsQuery>, signal?: AbortSignal): Promise<CredentialList> {
  return send<CredentialList>(`${BACKEND}/credentials`, { params: query, signal });
}

export async function revokeCredential(id: string): Promise<Credential> {
  const url = `${BACKEND}/credentials/${encodeURIComponent(id)}/revoke`;
  return (await send<{ credential: Credential }>(url, { method: 'POST' })).credential;
}

export function listAlarms(query: Partial<ListAlarmsQuery>, signal?: AbortSignal): Promise<AlarmList> {
  return send<AlarmList>(`${BACKEND}/alarms`, { params: query, signal });
}

export async function getAlarm(id: string, signal?: AbortSignal): Promise<Alarm> {
  return (await send<{ alarm: Alarm }>(oneAlarm(id), { signal })).alarm;
}

export async function acknowledgeAlarm(id: string): Promise<Alarm> {
  const url = `${BACKEND}/alarm-acknowledgements/${encodeURIComponent(id)}`;
  return (await send<{ alarm: Alarm }>(url, { method: 'POST' })).alarm;
}

export async function listRules(signal?: AbortSignal): Promise<AlarmRule[]> {
  return (await send<AlarmRuleList>(RULES, { signal })).items;
}

export async function createRule(body: AlarmRuleBody): Promise<AlarmRule> {
  return (await send<{ rule: AlarmRule }>(RULES, { method: 'POST', data: body })).rule;
}

export async function changeRule(id: string, body: AlarmRuleBody): Promise<AlarmRule> {
  return (await send<{ rule: AlarmRule }>(oneRule(id), { method: 'PUT', data: body })).rule;
}

export async function deleteRule(id: string): Promise<void> {
  await request(oneRule(id), { method: 'DELETE' });
}

/** What a rule with this condition would do now. */
export function previewRule(condition: Condition, signal?: AbortSignal): Promise<RulePreview> {
  return send<RulePreview>(`${RULES}/preview`, { method: 'POST', data: { condition }, isQuestion: true, signal });
}

export function getContract(signal?: AbortSignal): Promise<Contract> {
  return send<Contract>(`${BACKEND}/contract`, { signal });
}

const PUSH = `${BACKEND}/push`;
const RULES = `${BACKEND}/alarm-rules`;
const oneAlarm = (id: string) => `${BACKEND}/alarms/${encodeURIComponent(id)}`;
const oneRule = (id: string) => `${RULES}/${encodeURIComponent(id)}`;
const oneToken = (id: string) => `${BACKEND}/tokens/${encodeURIComponent(id)}`;
