/** The closed list of audit events. An event that is not here cannot be recorded. */
export const auditEvents = {
  'token.created': 'A scrape token was minted.',
  'token.renamed': 'A scrape token got another name.',
  'token.revoked': 'A scrape token was revoked.',
  'token.rotated': 'A scrape token got a successor, and ends when that has taken over or its time is up.',
  'token.rotation_called_off': 'A scrape token stays, because its successor was revoked or expired.',
  'credential.issued': 'A credential for the API was issued.',
  'credential.revoked': 'A credential for the API was revoked.',
  'token.provisioned': 'The configuration brought in a scrape token.',
  'token.reprovisioned':
    'The configuration gave a provisioned scrape token another name or expiry, or other catalogues.',
  'alarm.acknowledged': 'A user took notice of a firing alarm.',
  'alarm_rule.created': 'An alarm rule was added.',
  'alarm_rule.changed': 'An alarm rule was changed, enabled or disabled.',
  'alarm_rule.deleted': 'An alarm rule was deleted.',
  'audit.exported': 'Rows of the audit log were exported.',
  'audit.pruned': 'Rows of the audit log that were older than retention allows were removed.',
  'auth.throttled': 'An address failed to authenticate so often that it has to wait.',
  'scrape.authentication_changed': 'The configuration changed in which ways a scrape may authenticate.',
  'push.changed': 'The settings of the push to a Pushgateway were changed.',
  'scrape.refused': 'A scrape was refused; `details.count` says how often within the minute.',
  'scrape.refusals_dropped': 'More scrapes were refused within the minute than the log keeps apart.',
} as const;

export type AuditEventName = keyof typeof auditEvents;
export const auditEventNames = Object.keys(auditEvents) as AuditEventName[];

/** Which door a change came through. */
export const auditVias = ['api', 'grafana', 'cli', 'scrape', 'system'] as const;
export type AuditVia = (typeof auditVias)[number];

/** What the log can be exported as. */
export const auditExportFormats = ['csv', 'ndjson'] as const;
export type AuditExportFormat = (typeof auditExportFormats)[number];

/** Why a scrape was refused. On the wire each of them is the same 401. */
export const scrapeRefusalReasons = {
  missing: 'There was no credential.',
  malformed: 'The Authorization header was not exactly one `Bearer <scrape-token>`, or two ways were used at once.',
  wrong_type: 'The credential was not a scrape token, for instance a JWT.',
  bad_checksum: 'It looked like a scrape token, but its checksum was wrong: mistyped or cut off.',
  unknown: 'No such scrape token was ever minted here.',
  expired: 'The scrape token had expired.',
  revoked: 'The scrape token had been revoked.',
  out_of_scope: 'The scrape token was valid, but not for this catalogue.',
} as const;

export type ScrapeRefusalReason = keyof typeof scrapeRefusalReasons;
export const scrapeRefusalReasonNames = Object.keys(scrapeRefusalReasons) as ScrapeRefusalReason[];
