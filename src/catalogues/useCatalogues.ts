import { listCatalogues } from '../api/client.ts';
import { useAnswer } from '../ui/useRequest.ts';

/** The catalogues of other systems that the appliance has. */
export function useCatalogues() {
  const { value: catalogues, failure, isLoading, refresh, poll } = useAnswer(listCatalogues);
  return { catalogues, failure, isLoading, refresh, poll };
}
