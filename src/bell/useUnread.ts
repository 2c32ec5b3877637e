import { listNotifications } from '../api/client.ts';
import { useAnswer } from '../ui/useAnswer.ts';
import { useWhileVisible } from '../ui/useWhileVisible.ts';

const ASK_EVERY_MS = 60_000;

const countUnread = async (signal: AbortSignal) => (await listNotifications({ limit: 1 }, signal)).unreadCount;

/** How many notifications this user has not read, asked for once a minute; 0 where the backend does not tell. */
export function useUnread(): { readonly unread: number; readonly setUnread: (count: number) => void } {
  const { value = 0, refresh, put } = useAnswer(countUnread);
  useWhileVisible(refresh, ASK_EVERY_MS);
  return { unread: value, setUnread: put };
}
