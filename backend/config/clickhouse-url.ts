/** The setting `clickhouse.url`: where ClickHouse is, and what it is called on the wire. */
export type ClickHouseTarget =
  /** `dir` as it was written: relative to the configuration file. */
  | { readonly kind: 'embedded'; readonly dir: string; readonly instance: 'embedded' }
  | { readonly kind: 'server'; readonly url: string; readonly instance: string };

/** @throws Error with a sentence that never repeats the value: it may hold a password. */
export function parseClickHouseUrl(value: string): ClickHouseTarget {
  if (value.startsWith('embedded:')) {
    const dir = value.slice('embedded:'.length);
    if (dir.trim() === '' || dir.includes('\0')) throw new Error('name a directory, as in embedded:data/clickhouse');
    return { kind: 'embedded', dir, instance: 'embedded' };
  }
  if (!URL.canParse(value)) throw new Error('write embedded:DIR, http://host:port or https://host:port');
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error('write embedded:DIR, http://host:port or https://host:port');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      'user and password do not belong into the URL; use clickhouse.username and clickhouse.password_file',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new Error('it ends with the path; settings after ? or # are not taken');
  }
  return { kind: 'server', url: url.href, instance: url.hostname };
}
