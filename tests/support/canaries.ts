/** What traffic is made of, in words that stand nowhere else. */
import { expect } from 'vitest';

export const canaries = {
  mac: 'de:ad:be:ef:13:37',
  duid: '000100012c0ffee5deadbeef1337',
  ip: '203.0.113.177',
  vendor_class: 'CanaryVendor',
  hostname: 'canary-host',
  server_ip: '2001:db8::ca:a1',
};
export const words = Object.values(canaries);
/** What a scrape may ask for. */
export const formats = [
  'text/plain; version=0.0.4',
  'text/plain; version=1.0.0; escaping=underscores',
  'application/openmetrics-text; version=1.0.0',
];

/** @param shown is there to prove that something was read */
export function expectUnsaid(text: string, shown: string): void {
  expect(text).toContain(shown);
  for (const word of [...words, 'deadbeef', canaries.mac.replaceAll(':', '-')]) {
    expect(text.toLowerCase()).not.toContain(word.toLowerCase());
  }
}
