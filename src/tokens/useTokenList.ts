import { useCallback } from 'react';
import type { Token, TokenList } from '../../contract/api.ts';
import { tokensListing } from '../api/queries.ts';
import { useListing, type Listing } from '../ui/useListing.ts';
import type { TokenParams } from './tokenParams.ts';

const REFRESH_MS = 15_000;

export interface TokenListing extends Listing<TokenList> {
  /** Shows a token as it is now, without waiting for the server's next listing. */
  readonly replace: (token: Token) => void;
}

/**
 * The server's listing for a query, page by page: a hundred thousand tokens cost what fifty cost. Asked again every quarter
 * of a minute while the page is visible, for Last Used to move.
 */
export function useTokenList({ search, status, sort }: TokenParams): TokenListing {
  const listing = useListing(tokensListing({ search: search || undefined, status, sort }), REFRESH_MS);
  const { amend } = listing;
  const replace = useCallback((token: Token) => amend((list) => withToken(list, token)), [amend]);
  return { ...listing, replace };
}

function withToken(list: TokenList, token: Token): TokenList {
  return { ...list, items: list.items.map((item) => (item.id === token.id ? token : item)) };
}
