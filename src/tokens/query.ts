import type { TokenSort, TokenStatus } from '../../contract/api.ts';

/** What the administrator asked to see. It lives in the page's address, so that it survives a reload and can be sent on. */
export interface TokenQuery {
  readonly search: string;
  readonly status: TokenStatus | undefined;
  readonly sort: TokenSort;
  /** The token whose details are open. */
  readonly token: string | undefined;
  /** What the command palette sent the administrator here for. */
  readonly action: TokenAction | undefined;
}

export type TokenAction = 'create' | 'revoke';

const DEFAULT_SORT: TokenSort = '-createdAt';

const actions: readonly TokenAction[] = ['create', 'revoke'];

const statuses: readonly TokenStatus[] = ['active', 'expired', 'revoked'];

/** Columns of the table that the server can sort by. */
const sorts: readonly TokenSort[] = [
  ...(['name', 'createdAt', 'lastUsedAt', 'expiresAt'] as const),
  ...(['-name', '-createdAt', '-lastUsedAt', '-expiresAt'] as const),
];

/** Reads a query from the address. What does not belong there counts as not asked for. */
export function parseQuery(search: string): TokenQuery {
  const params = new URLSearchParams(search);
  return {
    search: (params.get('search') ?? '').slice(0, 200),
    status: statuses.find((status) => status === params.get('status')),
    sort: sorts.find((sort) => sort === params.get('sort')) ?? DEFAULT_SORT,
    token: params.get('token')?.slice(0, 100) || undefined,
    action: actions.find((action) => action === params.get('action')),
  };
}

/** Writes a query into the address; defaults are left out. */
export function formatQuery({ search, status, sort, token, action }: TokenQuery): string {
  const params = new URLSearchParams();
  if (search) params.set('search', search);
  if (status) params.set('status', status);
  if (sort !== DEFAULT_SORT) params.set('sort', sort);
  if (token) params.set('token', token);
  if (action) params.set('action', action);
  const text = params.toString();
  return text && `?${text}`;
}
