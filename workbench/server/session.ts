import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { users, type User } from './users.ts';

export interface Session {
  user: User;
}

/** Who may come in: this machine's own browser, with a link that works once. */
export interface Door {
  /** A link that opens one session and then never again. */
  newLink(): string;
  /** Trades a link's key for a session cookie; nothing when the key is unknown or used up. */
  enter(key: string | null): string | undefined;
  session(request: IncomingMessage): Session | undefined;
  /** Why a request is turned away before anything is looked at, or nothing. */
  objection(request: IncomingMessage): string | undefined;
}

/** @param address the workbench's root URL without a trailing slash */
export function createDoor(address: string): Door {
  const { host, port, origin } = new URL(address);
  const cookieName = `vitals_workbench_${port}`;
  const keys = new Set<string>();
  const sessions = new Map<string, Session>();
  return {
    newLink() {
      const key = secret();
      keys.add(key);
      return `${address}/enter?key=${key}`;
    },
    enter(key) {
      if (!key || !keys.delete(key)) return undefined;
      const id = secret();
      sessions.set(id, { user: users[0] });
      return `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Strict`;
    },
    session(request) {
      const id = readCookie(request.headers.cookie ?? '', cookieName);
      return id === undefined ? undefined : sessions.get(id);
    },
    objection({ method, headers }) {
      // Another name for this address is how a foreign page would get at it (DNS rebinding).
      if (headers.host !== host) return `The workbench answers at ${address} only.`;
      if (headers.origin !== undefined && headers.origin !== origin) return 'Requests of other origins are refused.';
      if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') {
        return 'Requests of other sites are refused.';
      }
      const isReading = method === 'GET' || method === 'HEAD';
      return isReading || headers.origin === origin ? undefined : 'Changes need an Origin header.';
    },
  };
}

const secret = () => randomBytes(32).toString('base64url');

function readCookie(header: string, name: string): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
