import type { ParamsFormat } from '../ui/usePageParams.ts';

export interface CatalogueParams {
  /** The catalogue whose details are open. */
  readonly catalogue: string | undefined;
}

export const catalogueParams: ParamsFormat<CatalogueParams> = {
  parse: (params) => ({ catalogue: params.get('catalogue')?.slice(0, 100) || undefined }),
  format: ({ catalogue }) => ({ catalogue }),
};
