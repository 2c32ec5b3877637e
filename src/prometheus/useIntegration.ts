import { integrationsQuery } from '../api/queries.ts';
import { usePolling } from '../ui/useRequest.ts';

/** What the backend says of its Prometheus integration; nothing while it has not answered. */
export function useIntegration(every: number | false = false) {
  const { value, failure, isLoading, refresh } = usePolling(integrationsQuery, every);
  return { prometheus: value?.find(({ id }) => id === 'prometheus'), failure, isLoading, refresh };
}
