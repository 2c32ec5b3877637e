/** What a request to ClickHouse's HTTP interface asks for beside its body. */
import { HttpRefusal } from './refusal.ts';
import { settingVerdict } from './settings.ts';

export interface Asked {
  readonly query: string;
  readonly database: string | undefined;
  readonly gzip: boolean;
  /** `param_x`: the value of `{x:Type}`, escaped as the client sent it. */
  readonly params: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

const databaseName = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const paramName = /^param_[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** @throws HttpRefusal for whatever is not understood: nothing asked for is passed over in silence. */
export function readQueryString(search: URLSearchParams): Asked {
  const params: Record<string, string> = {};
  const settings: Record<string, string> = {};
  const asked = { query: '', database: undefined as string | undefined };
  for (const [name, value] of search) {
    if (name === 'query') asked.query = value;
    else if (name === 'database') asked.database = databaseNamed(value);
    else if (name.startsWith('param_')) params[paramNamed(name)] = value;
    else if (settingVerdict(name, value) === 'apply') settings[name] = value;
    else if (settingVerdict(name, value) === 'refuse') {
      throw new HttpRefusal(400, 452, `The setting ${name.slice(0, 64)} is not available with this value.`);
    }
  }
  return { ...asked, gzip: search.get('enable_http_compression') === '1', params, settings };
}

function databaseNamed(value: string): string {
  if (!databaseName.test(value)) throw new HttpRefusal(400, 36, 'This is no name for a database.');
  return value;
}

function paramNamed(name: string): string {
  if (!paramName.test(name)) throw new HttpRefusal(400, 36, 'This is no name for a query parameter.');
  return name;
}
