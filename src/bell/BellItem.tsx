import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { IconButton, LinkButton, useStyles2 } from '@grafana/ui';
import type { Notification } from '../../contract/api.ts';
import { isAdmin } from '../lib/access.ts';
import { alarmPath, tokenPath } from '../lib/constants.ts';
import { asText } from '../lib/asText.ts';
import { hrefTo } from '../lib/href.ts';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { SeverityBadge } from '../ui/SeverityBadge.tsx';

interface Props {
  readonly notification: Notification;
  readonly onRead: () => void;
  readonly onFollow: () => void;
}

/**
 * One notification, and the way to what it is about for those who may go there. What is unread is told by a word as well
 * as by its look.
 */
export function BellItem({ notification, onRead, onFollow }: Props) {
  const styles = useStyles2(getStyles);
  const { severity, title, text, at, read } = notification;
  const link = linkOf(notification);
  return (
    <li className={cx(styles.item, !read && styles.unread)}>
      <div className={styles.head}>
        <SeverityBadge severity={severity} />
        <RelativeTime at={at} />
        {!read && <span className={styles.word}>{t('bell.unread', 'Unread')}</span>}
        {!read && (
          <IconButton
            name="check"
            className={styles.mark}
            tooltip={t('bell.mark', 'Mark “{{title}}” as read', { title, ...asText })}
            onClick={onRead}
          />
        )}
      </div>
      <div className={styles.title}>{title}</div>
      <div className={styles.text}>
        <bdi>{text}</bdi>
      </div>
      {link && (
        <LinkButton
          size="sm"
          fill="text"
          icon={link.icon}
          href={hrefTo(link.path)}
          className={styles.link}
          onClick={onFollow}
        >
          {link.label}
        </LinkButton>
      )}
    </li>
  );
}

function linkOf({ alarmId, tokenId }: Notification) {
  if (alarmId) return { path: alarmPath(alarmId), icon: 'bell', label: t('bell.to-alarm', 'Open the alarm') } as const;
  if (!tokenId || !isAdmin()) return undefined;
  return { path: tokenPath(tokenId), icon: 'key-skeleton-alt', label: t('bell.to-token', 'Open the token') } as const;
}

const getStyles = (theme: GrafanaTheme2) => ({
  item: css({
    padding: theme.spacing(1.5, 1, 1.5, 1.5),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    borderLeft: '3px solid transparent',
  }),
  unread: css({ borderLeftColor: theme.colors.primary.main, background: theme.colors.background.secondary }),
  head: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  word: css({ color: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium }),
  mark: css({ marginLeft: 'auto' }),
  title: css({ marginTop: theme.spacing(0.5), fontWeight: theme.typography.fontWeightMedium }),
  text: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere' }),
  link: css({ marginLeft: theme.spacing(-1) }),
});
