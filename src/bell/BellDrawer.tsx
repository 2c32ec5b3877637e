import { css } from '@emotion/css';
import { useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, EmptyState, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import type { NotificationList, ReadNotificationsBody } from '../../contract/api.ts';
import { markRead } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { notificationsListing } from '../api/queries.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { Pager } from '../ui/Pager.tsx';
import { Drawer } from '../ui/dialogs.tsx';
import { useListing } from '../ui/useListing.ts';
import { BellItem } from './BellItem.tsx';

interface Props {
  readonly unread: number;
  readonly onUnread: (count: number) => void;
  readonly onClose: () => void;
}

/** What the bell rang for, newest first: read here, marked as read here, and left by the link to what it is about. */
export default function BellDrawer({ unread, onUnread, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const [newest, setNewest] = useState<string>();
  const listing = useListing({
    ...notificationsListing,
    askPage: async (cursor, signal) => {
      const list = await notificationsListing.askPage(cursor, signal);
      if (signal.aborted) return list;
      if (!cursor) setNewest(list.items[0]?.id);
      onUnread(list.unreadCount);
      return list;
    },
  });
  const { list, failure, refresh, amend } = listing;
  const [actionFailure, setActionFailure] = useState<ApiFailure>();

  async function mark(body: ReadNotificationsBody) {
    setActionFailure(undefined);
    try {
      onUnread(await markRead(body));
      amend((last) => asRead(last, body.ids));
    } catch (error) {
      setActionFailure(toFailure(error));
    }
  }

  return (
    <Drawer title={t('bell.title', 'Notifications')} size="sm" onClose={onClose}>
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {actionFailure && <FailureAlert failure={actionFailure} />}
      {!list && !failure && <LoadingPlaceholder text={t('bell.loading', 'Loading notifications…')} />}
      {list?.items.length === 0 && (
        <EmptyState variant="completed" message={t('bell.none', 'No notifications')}>
          <Trans i18nKey="bell.none-hint">Alarms and changes to scrape tokens appear here.</Trans>
        </EmptyState>
      )}
      {list && list.items.length > 0 && (
        <>
          <div className={styles.bar}>
            <Button
              size="sm"
              variant="secondary"
              icon="check"
              disabled={unread === 0 || !newest}
              onClick={() => newest && void mark({ upTo: newest })}
            >
              <Trans i18nKey="bell.mark-all">Mark all as read</Trans>
            </Button>
          </div>
          <ul className={styles.list}>
            {list.items.map((item) => (
              <BellItem
                key={item.id}
                notification={item}
                onRead={() => void mark({ ids: [item.id] })}
                onFollow={() => {
                  if (!item.read) void mark({ ids: [item.id] });
                  onClose();
                }}
              />
            ))}
          </ul>
        </>
      )}
      <Pager listing={listing} label={t('bell.pages', 'Pages of notifications')} />
    </Drawer>
  );
}

/** @param ids those that were marked; absent means all of them */
function asRead(list: NotificationList, ids: readonly string[] | undefined): NotificationList {
  return { ...list, items: list.items.map((item) => (!ids || ids.includes(item.id) ? { ...item, read: true } : item)) };
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', justifyContent: 'flex-end', marginBottom: theme.spacing(1) }),
  list: css({ listStyle: 'none', margin: 0, padding: 0 }),
});
