import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isLoopback } from '../lib/ip-address.ts';

/** The code of the error that a name ends in which belongs to other machines. */
export const NOT_THIS_MACHINE = 'NOT_THIS_MACHINE';

/** Finds only this machine's own loopback addresses, whatever a name resolves to: no connection leads out. */
export function loopbackOnly(lookup: typeof dns.lookup = dns.lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const [first, ...others] = found.filter(({ address }) => isLoopback(address));
      if (!first) return callback(Object.assign(new Error(NOT_THIS_MACHINE), { code: NOT_THIS_MACHINE }), []);
      if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    });
  };
}
