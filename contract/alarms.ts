/** Alarms and the rules that raise them: what a rule may say, and the schemas of their routes. */
import Type, { type Static, type TSchema } from 'typebox';
import { auditEventNames } from './audit-events.ts';
import { alarmStates, channels, severities } from './metrics.ts';
import { comparisons, ruleLimits, ruleMetrics, type RuleLimit } from './rules.ts';
import { closed, Cursor, Limit, Name, nullable, oneOf, Timestamp, usually } from './schema.ts';

export * from './rules.ts';

const wholeNumber = ({ min, max }: RuleLimit) => ({ minimum: min, maximum: max });

const metricForm = {
  ...closed,
  description: 'A gauge against a threshold, or (with windowSeconds) a counter’s increase over a window',
};
const metricFields = {
  kind: Type.Literal('metric'),
  metric: oneOf(ruleMetrics),
  labels: Type.Record(Type.String(), Type.String(), {
    description: 'Watch only series with these label values; each series that is left has an alarm of its own',
  }),
  windowSeconds: Type.Optional(Type.Integer(wholeNumber(ruleLimits.metricWindow))),
  compare: oneOf(comparisons),
  threshold: Type.Number(),
  forSeconds: Type.Integer(wholeNumber(ruleLimits.metricFor)),
};
export const MetricCondition = Type.Object(metricFields, metricForm);
export type MetricCondition = Static<typeof MetricCondition>;

const auditForm = {
  ...closed,
  description: 'So many events within the window; with atLeast 1 each event has an alarm of its own',
};
const auditFields = {
  kind: Type.Literal('audit'),
  event: oneOf(auditEventNames),
  atLeast: Type.Integer(wholeNumber(ruleLimits.atLeast)),
  windowSeconds: Type.Integer(wholeNumber(ruleLimits.auditWindow)),
};
export const AuditCondition = Type.Object(auditFields, auditForm);
export type AuditCondition = Static<typeof AuditCondition>;

export const TokenExpiryCondition = Type.Object(
  { kind: Type.Literal('token_expiry'), withinSeconds: Type.Integer(wholeNumber(ruleLimits.expiryWithin)) },
  { ...closed, description: 'A scrape token in use that expires within this time' },
);
export type TokenExpiryCondition = Static<typeof TokenExpiryCondition>;

/** What happens to a scrape token that the bell can tell of without an alarm. */
export const tokenNotices = ['token.created', 'token.revoked', 'token.rotated', 'token.expiring'] as const;
export type TokenNotice = (typeof tokenNotices)[number];

export const TokenNoticeCondition = Type.Object(
  { kind: Type.Literal('token_notice'), event: oneOf(tokenNotices) },
  {
    ...closed,
    description: 'Of built-in rules alone: what happens to a scrape token is told at once, and opens no alarm',
  },
);
export type TokenNoticeCondition = Static<typeof TokenNoticeCondition>;

export type Condition = MetricCondition | AuditCondition | TokenExpiryCondition | TokenNoticeCondition;
/** The kind decides the form, so that what is wrong with one is said in its own terms. */
const oneOfKinds = (...kinds: TSchema[]) =>
  Type.Unsafe<Condition>({
    type: 'object',
    required: ['kind'],
    properties: { kind: { type: 'string' } },
    discriminator: { propertyName: 'kind' },
    oneOf: kinds,
  });
export const Condition = oneOfKinds(MetricCondition, AuditCondition, TokenExpiryCondition, TokenNoticeCondition);

/** Of a rule that is new: what is left out is as usual. */
export const NewMetricCondition = Type.Object(
  { ...metricFields, labels: usually(metricFields.labels, {}), forSeconds: usually(metricFields.forSeconds, 0) },
  metricForm,
);
export const NewAuditCondition = Type.Object({ ...auditFields, atLeast: usually(auditFields.atLeast, 1) }, auditForm);
export const NewCondition = oneOfKinds(
  NewMetricCondition,
  NewAuditCondition,
  TokenExpiryCondition,
  TokenNoticeCondition,
);

/** As stored: a condition of another release, which this one does not know, is shown as it is. */
const StoredCondition = Type.Unsafe<Condition>({
  anyOf: [
    MetricCondition,
    AuditCondition,
    TokenExpiryCondition,
    TokenNoticeCondition,
    { type: 'object', additionalProperties: true },
  ],
});

const Severity = oneOf(severities);
const Channels = Type.Array(oneOf(channels), { uniqueItems: true, maxItems: channels.length });

/** What a caller says about a rule. All of it where one is changed: nothing changes by being left out. */
export const AlarmRuleBody = Type.Object(
  { name: Name, severity: Severity, enabled: Type.Boolean(), channels: Channels, condition: Condition },
  closed,
);
export type AlarmRuleBody = Static<typeof AlarmRuleBody>;
export const NewAlarmRuleBody = Type.Object(
  { ...AlarmRuleBody.properties, enabled: usually(Type.Boolean(), true), condition: NewCondition },
  closed,
);

export const AlarmRule = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    severity: Severity,
    enabled: Type.Boolean(),
    channels: Channels,
    condition: StoredCondition,
    builtIn: Type.Boolean({ description: 'Can be disabled and changed in its numbers, not deleted' }),
    createdAt: Timestamp,
    createdBy: nullable(Type.String()),
    changedAt: nullable(Timestamp),
    changedBy: nullable(Type.String()),
  },
  closed,
);
export type AlarmRule = Static<typeof AlarmRule>;

export const AlarmRuleList = Type.Object({ items: Type.Array(AlarmRule) }, closed);
export type AlarmRuleList = Static<typeof AlarmRuleList>;
export const OneAlarmRule = Type.Object({ rule: AlarmRule }, closed);

/** What an alarm is about. Together with its rule it is the alarm's identity: at most one such alarm is active. */
export type Subject =
  | { kind: 'metric'; labels: Record<string, string> }
  | { kind: 'audit_event'; event: string; seq: number }
  | { kind: 'audit_events'; event: string }
  | { kind: 'token'; tokenId: string }
  | { kind: 'rule' };
export const Subject = Type.Unsafe<Subject>({
  type: 'object',
  required: ['kind'],
  properties: {
    kind: { type: 'string', enum: ['metric', 'audit_event', 'audit_events', 'token', 'rule'] },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    event: { type: 'string' },
    seq: { type: 'integer' },
    tokenId: { type: 'string' },
  },
  description: 'A series, an audit event or a number of them, a scrape token, or the rule itself, which failed',
});

export const Alarm = Type.Object(
  {
    id: Type.String(),
    ruleId: Type.String(),
    ruleName: Type.String(),
    severity: Severity,
    state: oneOf(alarmStates),
    subject: Subject,
    summary: Type.String({ description: 'What the rule found, in words' }),
    openedAt: Timestamp,
    acknowledgedAt: nullable(Timestamp),
    acknowledgedBy: nullable(Type.String()),
    resolvedAt: nullable(Timestamp),
    timeline: Type.Array(
      Type.Object({ state: oneOf(alarmStates), at: Timestamp, by: nullable(Type.String()) }, closed),
    ),
  },
  closed,
);
export type Alarm = Static<typeof Alarm>;

export const ListAlarmsQuery = Type.Object(
  {
    state: Type.Optional(oneOf(['active', 'past'])),
    severity: Type.Optional(Severity),
    limit: Limit,
    cursor: Type.Optional(Cursor),
  },
  closed,
);
export type ListAlarmsQuery = Static<typeof ListAlarmsQuery>;
export const AlarmList = Type.Object({ items: Type.Array(Alarm), nextCursor: nullable(Type.String()) }, closed);
export type AlarmList = Static<typeof AlarmList>;
export const OneAlarm = Type.Object({ alarm: Alarm }, closed);

/** What a rule would do now, without being stored. */
export const PreviewRuleBody = Type.Object({ condition: NewCondition }, closed);
export type PreviewRuleBody = Static<typeof PreviewRuleBody>;
export const RulePreview = Type.Object(
  {
    wouldFire: Type.Array(Type.Object({ subject: Subject, summary: Type.String() }, closed)),
    certain: Type.Boolean({ description: 'False where the window was not watched for long enough to tell' }),
  },
  closed,
);
export type RulePreview = Static<typeof RulePreview>;
