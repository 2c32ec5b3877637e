import type { TokenSort, TokenStatus } from '../../contract/api.ts';
import type { ParamsFormat } from '../ui/usePageParams.ts';

/** What the administrator asked to see. It lives in the page's address, so that it survives a reload and can be sent on. */
export interface TokenParams {
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

/** What does not belong into the address counts as not asked for; defaults are left out of it. */
export const tokenParams: ParamsFormat<TokenParams> = {
  parse: (params) => ({
    search: (params.get('search') ?? '').slice(0, 200),
    status: statuses.find((status) => status === params.get('status')),
    sort: sorts.find((sort) => sort === params.get('sort')) ?? DEFAULT_SORT,
    token: params.get('token')?.slice(0, 100) || undefined,
    action: actions.find((action) => action === params.get('action')),
  }),
  format: ({ sort, ...others }) => ({ ...others, sort: sort === DEFAULT_SORT ? undefined : sort }),
};
