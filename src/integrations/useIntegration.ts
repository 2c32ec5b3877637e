import { useEffect, useState } from 'react';
import type { Integration } from '../../contract/api.ts';
import { listIntegrations } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';

interface Answer {
  readonly prometheus?: Integration;
  readonly failure?: ApiFailure;
}

/** What the backend says of its Prometheus integration; nothing while it has not answered. */
export function useIntegration(): Answer & { readonly isLoading: boolean; readonly retry: () => void } {
  const [answer, setAnswer] = useState<Answer>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    listIntegrations(stop.signal).then(
      (all) => !stop.signal.aborted && setAnswer({ prometheus: all.find(({ id }) => id === 'prometheus') }),
      (error: unknown) => !stop.signal.aborted && setAnswer({ failure: toFailure(error) }),
    );
    return () => stop.abort();
  }, [turn]);
  return { ...answer, isLoading: !answer, retry: () => setTurn((count) => count + 1) };
}
