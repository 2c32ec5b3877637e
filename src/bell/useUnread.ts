import { listNotifications } from '../api/client.ts';
import { useAnswer } from '../ui/useRequest.ts';
import { useWhileVisible } from '../ui/useWhileVisible.ts';

const ASK_EVERY_MS = 60_000;

const countUnread = async (signal: AbortSignal) => (await listNotifications({ limit: 1 }, signal)).unreadCount;

interface Unread {
  readonly unread: number;
  /** Where nothing newer could be learned: when this was so, in ms. */
  readonly asOf: number | undefined;
  readonly setUnread: (count: number) => void;
}

/** How many notifications this user has not read, asked for once a minute; 0 where the backend does not tell. */
export function useUnread(): Unread {
  const { value = 0, failure, poll, put } = useAnswer(countUnread);
  useWhileVisible(poll, ASK_EVERY_MS);
  return { unread: value, asOf: failure?.circumstances.asOf, setUnread: put };
}
