import { Alert } from '@grafana/ui';
import { explain } from '../api/explain.ts';
import type { ApiFailure } from '../api/failure.ts';

interface Props {
  readonly failure: ApiFailure;
  readonly onClose: () => void;
}

/** For a refusal that only says that somebody was faster: nothing is broken, the page shows how it is now. */
export function OutdatedAlert({ failure, onClose }: Props) {
  const { title, advice } = explain(failure);
  return (
    <Alert severity="info" title={title} onRemove={onClose}>
      {advice}
    </Alert>
  );
}
