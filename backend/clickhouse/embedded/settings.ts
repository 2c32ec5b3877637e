/** Settings a caller may give, in the query string or in a SETTINGS clause, with the values it may give them. */
const whole = /^\d{1,12}$/;
const flag = /^[01]$/;

const allowed: Readonly<Record<string, RegExp>> = {
  // inserts
  insert_deduplication_token: /^[\w.:/-]{1,200}$/,
  insert_deduplicate: flag,
  async_insert: /^0$/, // what is answered is written
  wait_for_async_insert: flag,
  date_time_input_format: /^(basic|best_effort)$/,
  input_format_skip_unknown_fields: flag,
  // reads
  max_execution_time: /^([1-9]\d?|[1-5]\d\d|600)$/, // seconds
  max_threads: whole,
  max_result_rows: whole,
  max_block_size: whole,
  output_format_json_quote_64bit_integers: flag,
  date_time_output_format: /^(simple|iso|unix_timestamp)$/,
  // tables of the MergeTree family
  non_replicated_deduplication_window: whole,
  ttl_only_drop_parts: flag,
  fsync_after_insert: flag,
  fsync_part_directory: flag,
};

/** Sent by clients for a server's HTTP layer; nothing in here depends on them. */
const withoutEffect = new Set([
  'query_id',
  'enable_http_compression',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'cancel_http_readonly_queries_on_client_close',
]);

export type SettingVerdict = 'apply' | 'ignore' | 'reject';

/** What becomes of a setting. Unknown ones are rejected: some read files (`format_schema`, `format_template_row`, `disk`). */
export function settingVerdict(name: string, value: string): SettingVerdict {
  if (withoutEffect.has(name)) return 'ignore';
  return Object.hasOwn(allowed, name) && allowed[name]?.test(value) ? 'apply' : 'reject';
}
