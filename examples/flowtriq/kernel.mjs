/** What this machine's kernel counts: packets by interface and protocol, connections by address, routes into the void. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** @typedef {{packets: number, bytes: number, isOnline: boolean, addresses: string[]}} Interface received since the start */
/** @typedef {{tcp: number, udp: number, icmp: number}} Protocols packets received since the start */
/** @typedef {{at: number, interfaces: Map<string, Interface>, protocols: Protocols}} Look `at` in seconds */

/** @param {string} file */
function lines(file) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } catch {
    return []; // a kernel without IPv6
  }
}

/** @returns {Look} */
export function look() {
  return { at: performance.now() / 1000, interfaces: interfaces(), protocols: protocols() };
}

/** @returns {Map<string, Interface>} */
function interfaces() {
  const known = networkInterfaces();
  return new Map(
    lines('/proc/net/dev')
      .slice(2)
      .map((line) => {
        const [name = '', bytes = '', packets = ''] = line.trim().split(/[:\s]+/);
        const state = lines(`/sys/class/net/${name}/operstate`)[0];
        const isOnline = state === 'up' || state === 'unknown'; // the loopback interface's is unknown
        const addresses = (known[name] ?? []).map(({ address }) => address);
        return [name, { packets: Number(packets), bytes: Number(bytes), isOnline, addresses }];
      }),
  );
}

/** @returns {Protocols} */
function protocols() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const snmp = lines('/proc/net/snmp').map((line) => line.split(/:?\s+/));
  snmp.forEach(([protocol, ...values], index) => {
    const names = snmp[index - 1] ?? []; // a line of names, then one of values
    if (index % 2 === 1) values.forEach((value, at) => counts.set(`${protocol}.${names[at + 1]}`, Number(value)));
  });
  for (const line of lines('/proc/net/snmp6')) {
    const [name = '', value = ''] = line.split(/\s+/);
    counts.set(name, Number(value));
  }
  const sum = (/** @type {string[]} */ ...names) => names.reduce((all, name) => all + (counts.get(name) ?? 0), 0);
  return {
    tcp: sum('Tcp.InSegs'), // of IPv6, too
    udp: sum('Udp.InDatagrams', 'Udp.NoPorts', 'Udp6InDatagrams', 'Udp6NoPorts'),
    icmp: sum('Icmp.InMsgs', 'Icmp6InMsgs'),
  };
}

const ESTABLISHED = '01';

/** Established TCP connections by the address of this machine that they have. @returns {Map<string, number>} */
export function connections() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const line of [...lines('/proc/net/tcp').slice(1), ...lines('/proc/net/tcp6').slice(1)]) {
    const [, local = '', , state] = line.trim().split(/\s+/);
    if (state !== ESTABLISHED) continue;
    const address = readAddress(local.split(':')[0] ?? '');
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

/** The kernel writes addresses as words of four bytes, each as this machine's processor keeps it. @param {string} hex */
export function readAddress(hex) {
  const bytes = Buffer.from(hex, 'hex').swap32();
  const isMapped = bytes.subarray(0, -4).equals(Buffer.from('00000000000000000000ffff', 'hex'));
  if (bytes.length === 4 || isMapped) return [...bytes.subarray(-4)].join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

const REJECTS = 0x0200;
const DEFAULT_ROUTE = '00000000000000000000000000000000/0';

/** Destinations of the main routing tables that lead nowhere, as `address/length`. @returns {string[]} */
export function blackholes() {
  const ipv4 = lines('/proc/net/route').flatMap((line) => {
    const [device, destination = '', , , , , , mask = ''] = line.trim().split(/\s+/);
    const length = [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === '1').length;
    return device === '*' ? [`${readAddress(destination)}/${length}`] : [];
  });
  const ipv6 = lines('/proc/net/ipv6_route').flatMap((line) => {
    const [destination = '', length = '', , , , , , , flags = ''] = line.trim().split(/\s+/);
    const rejects = (Number.parseInt(flags, 16) & REJECTS) !== 0;
    const prefix = Number.parseInt(length, 16);
    if (!rejects || `${destination}/${prefix}` === DEFAULT_ROUTE) return []; // every machine rejects what has no route
    const groups = destination.match(/.{4}/g) ?? [];
    return [`${new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)}/${prefix}`];
  });
  return [...ipv4, ...ipv6];
}
