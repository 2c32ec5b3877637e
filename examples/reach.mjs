/** How long a TCP connection takes, which is as long as a packet needs there and back. */
import { connect } from 'node:net';

/**
 * @param {string} address `host:port`, an IPv6 address in brackets
 * @param {number} [timeoutMs]
 * @returns {Promise<number | undefined>} seconds; nothing where it cannot be reached
 */
export function roundTrip(address, timeoutMs = 2000) {
  const { hostname, port } = new URL(`tcp://${address}`);
  const started = performance.now();
  return new Promise((done) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), timeout: timeoutMs });
    const end = (/** @type {number | undefined} */ seconds) => {
      socket.destroy();
      done(seconds);
    };
    socket.once('connect', () => end((performance.now() - started) / 1000));
    socket.once('timeout', () => end(undefined)).once('error', () => end(undefined));
  });
}
