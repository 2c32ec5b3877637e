import { t } from '@grafana/i18n';
import type { Detail } from '../../ui/DetailList.tsx';

/** By what a token is told apart: its own first characters, or those of its hash where nobody here has seen the token. */
export function prefixDetail(prefix: string): Detail {
  const hash = /^sha256:(.*)$/.exec(prefix)?.[1];
  if (hash === undefined) return { label: t('details.value', 'Begins with'), value: <code>{prefix}…</code> };
  return { label: t('details.hash', 'Its SHA-256 begins with'), value: <code>{hash}…</code> };
}
