import type { AddressFormat } from '../ui/useAddress.ts';

export interface CatalogueQuery {
  /** The catalogue whose details are open. */
  readonly catalogue: string | undefined;
}

export const catalogueAddress: AddressFormat<CatalogueQuery> = {
  parse: (params) => ({ catalogue: params.get('catalogue')?.slice(0, 100) || undefined }),
  format: ({ catalogue }) => ({ catalogue }),
};
