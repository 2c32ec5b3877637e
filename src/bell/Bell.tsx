import { css, cx } from '@emotion/css';
import { lazy, Suspense, useCallback, useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, useStyles2 } from '@grafana/ui';
import { UNREAD_COUNTED_MAX } from '../../contract/bell.ts';
import { unreadQuery } from '../api/queries.ts';
import { testIds } from '../lib/testIds.ts';
import { asOfTime } from '../ui/asOfTime.ts';
import { usePolling } from '../ui/useRequest.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';

const ASK_EVERY_MS = 60_000;

const BellDrawer = lazy(() => import('./BellDrawer.tsx'));

/** How many notifications are unread, and the drawer that holds them. Where it cannot know, it is a bell and no more. */
export function Bell() {
  const styles = useStyles2(getStyles);
  const { value: unread = 0, failure, update } = usePolling(unreadQuery, ASK_EVERY_MS);
  const asOf = failure?.circumstances.asOf;
  const setUnread = useCallback((count: number) => update(() => count), [update]);
  const [isOpen, setOpen] = useState(false);
  const rememberFocus = useReturnFocus(isOpen);
  const close = useCallback(() => setOpen(false), []);
  const isMany = unread >= UNREAD_COUNTED_MAX;
  return (
    <>
      <span className={styles.bell}>
        <Button
          variant="secondary"
          fill="outline"
          icon="bell"
          aria-label={asOf === undefined ? label(unread) : `${label(unread)} (${asOfTime(asOf)})`}
          tooltip={asOf === undefined ? undefined : asOfTime(asOf)}
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          onClick={() => {
            rememberFocus();
            setOpen(true);
          }}
        />
        {unread > 0 && (
          <span
            className={cx(styles.count, asOf !== undefined && styles.stale)}
            aria-hidden="true"
            data-testid={testIds.unread}
          >
            {isMany ? `${UNREAD_COUNTED_MAX - 1}+` : unread}
          </span>
        )}
      </span>
      {isOpen && (
        <Suspense fallback={null}>
          <BellDrawer unread={unread} onUnread={setUnread} onClose={close} />
        </Suspense>
      )}
    </>
  );
}

function label(unread: number): string {
  if (unread === 0) return t('bell.label', 'Notifications');
  if (unread < UNREAD_COUNTED_MAX) return t('bell.label-unread', 'Notifications, {{unread}} unread', { unread });
  return t('bell.label-many', 'Notifications, {{unread}} or more unread', { unread });
}

const getStyles = (theme: GrafanaTheme2) => ({
  bell: css({ position: 'relative', display: 'inline-flex' }),
  stale: css({ opacity: 0.6 }),
  count: css({
    position: 'absolute',
    top: theme.spacing(-0.75),
    right: theme.spacing(-0.75),
    minWidth: theme.spacing(2.25),
    padding: theme.spacing(0, 0.5),
    borderRadius: theme.shape.radius.pill,
    background: theme.colors.error.main,
    color: theme.colors.error.contrastText,
    fontSize: theme.typography.bodySmall.fontSize,
    fontWeight: theme.typography.fontWeightMedium,
    lineHeight: theme.spacing(2.25),
    textAlign: 'center',
    pointerEvents: 'none',
  }),
});
