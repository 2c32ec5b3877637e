/** The closed list of refusals a caller can meet: RFC 9457 problem documents with `code`, status and a public sentence. */
export const refusals = {
  invalid_request: { status: 400, title: 'The request does not have the form this route asks for.' },
  invalid_json: { status: 400, title: 'The request body is not valid JSON.' },
  invalid_rows: { status: 400, title: 'A row does not have the form of its stream.' },
  invalid_cursor: { status: 400, title: 'The cursor does not belong to this listing. Start again without a cursor.' },
  unauthorized: { status: 401, title: 'A valid credential of the right kind is required.' },
  forbidden: { status: 403, title: 'Your role does not allow this.' },
  identity_not_verified: { status: 403, title: 'The identity of the Grafana user could not be verified.' },
  not_found: { status: 404, title: 'There is no such resource.' },
  token_not_found: { status: 404, title: 'There is no scrape token with this id.' },
  credential_not_found: { status: 404, title: 'There is no credential with this id.' },
  alarm_not_found: { status: 404, title: 'There is no alarm with this id.' },
  alarm_rule_not_found: { status: 404, title: 'There is no alarm rule with this id.' },
  notification_not_found: { status: 404, title: 'There is no notification with this id.' },
  alarm_not_firing: { status: 409, title: 'Only a firing alarm can be acknowledged, and this one no longer is.' },
  alarm_rule_built_in: { status: 409, title: 'A built-in rule cannot be deleted. Disable it instead.' },
  too_many_alarm_rules: {
    status: 409,
    title: 'There are as many alarm rules as this appliance keeps. Delete one first.',
  },
  token_already_revoked: { status: 409, title: 'This scrape token has already been revoked.' },
  idempotency_key_reused: { status: 409, title: 'This Idempotency-Key came with other rows before.' },
  credential_already_revoked: { status: 409, title: 'This credential has already been revoked.' },
  expiry_in_the_past: { status: 400, title: 'The expiry has to be in the future.' },
  body_too_large: { status: 413, title: 'The request body is larger than this route accepts.' },
  ingest_too_large: { status: 413, title: 'The request is larger than ingest accepts.' },
  header_too_large: { status: 431, title: 'The request headers are larger than this server accepts.' },
  unsupported_media_type: {
    status: 415,
    title: 'The body is in a media type or encoding that this route does not read.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong inside the backend. Its log has the details under this id.',
  },
  spool_full: { status: 503, title: 'Rows are waiting for ClickHouse and no more can be kept. Try again later.' },
  unavailable: { status: 503, title: 'The backend cannot answer right now. Try again shortly.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type RefusalCode = keyof typeof refusals;
