/** Rows that collectors send as NDJSON, one schema a stream. Unknown fields are refused. */
import Type, { type Static } from 'typebox';
import { Timestamp } from './api.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({ maxLength: 256 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** ISO 8601 with an offset, or milliseconds since the Unix epoch; at most 7 days old and 5 minutes ahead. */
const Time = Type.Union([Type.Integer(), Timestamp]);

export const dhcpMessageTypes = [
  'discover',
  'offer',
  'request',
  'decline',
  'ack',
  'nak',
  'release',
  'inform',
  'solicit',
  'advertise',
  'renew',
  'rebind',
  'reply',
] as const;

export const DhcpEvent = Type.Object(
  {
    ts: Time,
    message_type: Type.Unsafe<(typeof dhcpMessageTypes)[number]>({ type: 'string', enum: [...dhcpMessageTypes] }),
    mac: Type.String({
      pattern: '^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$',
      description: 'for instance 00:1a:2b:3c:4d:5e',
    }),
    duid: Type.Optional(Text),
    ip: Type.Optional(Text),
    vendor_class: Type.Optional(Text),
    hostname: Type.Optional(Text),
    server_ip: Type.Optional(Text),
    vlan: Type.Optional(Type.Integer({ minimum: 0, maximum: 4095 })),
  },
  closed,
);

export const CounterStat = Type.Object(
  {
    ts: Time,
    name: Type.String({ minLength: 1, maxLength: 256 }),
    value: Count,
    labels: Type.Optional(Type.Record(Type.String({ maxLength: 256 }), Text, { maxProperties: 10 })),
  },
  closed,
);

export const SetStat = Type.Object(
  { ts: Time, set: Type.String({ minLength: 1, maxLength: 256 }), size: Count },
  closed,
);

/** Streams by the last part of their route. */
export const ingestStreams = { 'dhcp-events': DhcpEvent, 'counter-stats': CounterStat, 'set-stats': SetStat } as const;
export type IngestStream = keyof typeof ingestStreams;
export const ingestStreamNames = Object.keys(ingestStreams) as IngestStream[];

export const ingestLimits = {
  compressedBytes: 16 * 1024 * 1024,
  inflatedBytes: 64 * 1024 * 1024,
  rows: 50_000,
  lineBytes: 16 * 1024,
  maxAgeMs: 7 * 24 * 3600 * 1000,
  maxAheadMs: 5 * 60 * 1000,
} as const;

export const IngestHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' })),
});

export const Accepted = Type.Object({ accepted: Type.Integer(), batchId: Type.String() }, closed);
export type Accepted = Static<typeof Accepted>;
