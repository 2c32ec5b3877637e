/** Where pushed numbers lie: a Pushgateway keeps one set of them for each job and instance. */
export interface GroupingKey {
  /** Of the Pushgateway, as `gatewayUrl` writes it. */
  readonly url: string;
  readonly job: string;
  readonly instance: string;
}

/** What the Pushgateway wants to know first. `unreadable`: there is a password, and it can no longer be read. */
export type Access = { readonly username: string; readonly password: string } | 'none' | 'unreadable';

export interface PushGroup extends GroupingKey {
  readonly access: Access;
}

export function isSameGroup(one: GroupingKey, other: GroupingKey): boolean {
  return one.url === other.url && one.job === other.job && one.instance === other.instance;
}

/** The address of a group. Every value arrives exactly, also one with slashes, and an empty one. */
export function groupUrl({ url, job, instance }: GroupingKey): URL {
  return new URL(`${url}/metrics/${segments('job', job)}/${segments('instance', instance)}`);
}

/** What a path carries as it is: nothing that any server on the way could decode, tidy up or take for a step upwards. */
const plain = /^[\w-][\w.:-]*$/;

function segments(label: string, value: string): string {
  if (plain.test(value)) return `${label}/${value}`;
  // An empty value has to be one padding character: an empty segment would be lost.
  return `${label}@base64/${value === '' ? '=' : Buffer.from(value, 'utf8').toString('base64url')}`;
}

/**
 * The URL of a Pushgateway as it is kept: whatever names the same place is the same text.
 * @throws Error with a sentence that does not repeat the value: it may hold a password.
 */
export function gatewayUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error('Give an http:// or https:// URL, for instance http://pushgateway:9091.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('User name and password do not belong into the URL: they have fields of their own.');
  }
  if (url.search !== '' || url.hash !== '') throw new Error('Leave out what follows ? or #.');
  return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
}
