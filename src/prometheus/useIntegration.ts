import { listIntegrations } from '../api/client.ts';
import { useAnswer } from '../ui/useRequest.ts';

/** What the backend says of its Prometheus integration; nothing while it has not answered. */
export function useIntegration() {
  const { value, failure, isLoading, refresh, poll } = useAnswer(listIntegrations);
  return { prometheus: value?.find(({ id }) => id === 'prometheus'), failure, isLoading, retry: refresh, poll };
}
