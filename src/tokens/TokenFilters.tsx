import { css } from '@emotion/css';
import { useCallback, useEffect, useRef } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { RadioButtonGroup, useStyles2 } from '@grafana/ui';
import type { TokenStatus } from '../../contract/api.ts';
import { DebouncedInput } from '../ui/DebouncedInput.tsx';
import type { TokenParams } from './tokenParams.ts';

interface Props {
  readonly query: TokenParams;
  readonly onChange: (change: Partial<TokenParams>) => void;
  /** The search has the focus, as somebody who came to revoke a token needs it. */
  readonly onFocused: () => void;
}

/** Search and status. The server is asked when the typing pauses, not at every letter. */
export function TokenFilters({ query, onChange, onFocused }: Props) {
  const styles = useStyles2(getStyles);
  const onSearch = useCallback((text: string) => onChange({ search: text }), [onChange]);
  const search = useRef<HTMLInputElement>(null);
  const isWanted = query.action === 'revoke';
  useEffect(() => {
    if (!isWanted) return;
    search.current?.focus();
    onFocused();
  }, [isWanted, onFocused]);

  return (
    <div className={styles.bar} role="search">
      <div className={styles.search}>
        <DebouncedInput
          inputRef={search}
          label={t('tokens.search.label', 'Search tokens by name')}
          value={query.search}
          maxLength={200}
          onChange={onSearch}
        />
      </div>
      <RadioButtonGroup<TokenStatus | 'all'>
        aria-label={t('tokens.filter.label', 'Show tokens by status')}
        value={query.status ?? 'all'}
        onChange={(status) => onChange({ status: status === 'all' ? undefined : status })}
        options={[
          { value: 'all', label: t('tokens.filter.all', 'All') },
          { value: 'active', label: t('tokens.status.active', 'Active') },
          { value: 'expired', label: t('tokens.status.expired', 'Expired') },
          { value: 'revoked', label: t('tokens.status.revoked', 'Revoked') },
        ]}
      />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2), marginBottom: theme.spacing(2) }),
  search: css({ flex: '1 1 240px', maxWidth: 480 }),
});
