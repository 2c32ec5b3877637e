import type { PushFailureReason } from '../../contract/appliance.ts';
import type { HttpFailure, HttpFailureKind } from '../lib/http-client.ts';

/** Why the Pushgateway did not do what it was asked to. */
export interface PushFailure {
  readonly reason: PushFailureReason;
  /** A sentence or two that say what to do. Nothing in them is the Pushgateway's own words. */
  readonly message: string;
  /** Whether it may have done it all the same. */
  readonly mayBeDone: boolean;
}

type Said = Pick<PushFailure, 'reason' | 'message'>;

const connectionFailures: Readonly<Partial<Record<HttpFailureKind, (host: string, code: string) => string>>> = {
  refused: (host) => `Nothing listens at ${host}. Check the URL, and that the Pushgateway is running there.`,
  unresolved: (host) => `The name in ${host} cannot be resolved. Check the URL.`,
  unreachable: (host) => `There is no way to ${host}. Check the URL, and the firewall in between.`,
  certificate: (host, code) =>
    `The certificate of ${host} is not trusted (${code}). Have its authority trusted here, for instance by NODE_EXTRA_CA_CERTS.`,
  tls: (host) => `${host} does not speak TLS as expected. Check whether the URL begins with http:// or https://.`,
  broken: (host) => `${host} closed the connection without an answer. Check the URL, and what stands in between.`,
  not_http: (host) => `What answers at ${host} does not speak HTTP. Check the port.`,
};

/** There was no answer, or none that is HTTP. */
export function connectionFailure({ kind, code }: HttpFailure, { host }: URL): Said {
  const message =
    connectionFailures[kind]?.(host, code) ??
    `The connection to ${host} failed (${code}). Check the URL, and that the Pushgateway is running.`;
  return kind === 'not_http' ? noPushgateway(message) : { reason: 'unreachable', message };
}

export function timedOut({ host }: URL, seconds: number): Said {
  return {
    reason: 'timeout',
    message: `${host} did not answer within ${seconds} seconds. Check the URL, the firewall in between, and whether the Pushgateway is overloaded.`,
  };
}

/** What the answer's status says; undefined where it did what it was asked to. */
export function statusFailure(status: number, { host }: URL, withUser: boolean): Said | undefined {
  if (status === 200 || status === 202) return undefined;
  if (status === 401 || status === 403) {
    const message = withUser
      ? `${host} refuses the user name or the password (HTTP ${status}). Check both, and that they are the ones set up there.`
      : `${host} asks for a user name and a password (HTTP ${status}). Give both.`;
    return { reason: 'unauthorized', message };
  }
  if (status === 408 || status === 429 || status >= 500) {
    return {
      reason: 'server_error',
      message: `${host} answered HTTP ${status}. The log of the Pushgateway, or of the proxy before it, says why.`,
    };
  }
  if (status >= 300 && status < 400) {
    return noPushgateway(`${host} redirects to another address, which is not followed. Give the address it ends at.`);
  }
  if (status === 400) {
    return noPushgateway(
      `${host} refuses what was pushed (HTTP 400): mostly because another group there has a metric of the same name and another type. Its log says which.`,
    );
  }
  if (status === 413) {
    return noPushgateway(`${host} takes no body of this size (HTTP 413). Raise the limit of the proxy before it.`);
  }
  return noPushgateway(
    `There is no Pushgateway at this URL: ${host} answered HTTP ${status}. Check host, port and path.`,
  );
}

/** It said yes in a way in which no Pushgateway does. */
export function unexpectedAnswer({ host }: URL): Said {
  return noPushgateway(
    `What answers at ${host} is no Pushgateway: it answered with a page of its own. Check host, port and path, and whether a login stands in between.`,
  );
}

export const unreadablePassword: PushFailure = {
  reason: 'unauthorized',
  message: 'The password that is kept cannot be read with secrets-key.json. Give it again.',
  mayBeDone: false,
};

function noPushgateway(message: string): Said {
  return { reason: 'refused', message };
}
