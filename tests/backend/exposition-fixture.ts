import type { PlatformFamily } from '../../contract/catalogue-model.ts';
import { singleValue, type Snapshot } from '../../backend/exposition/text.ts';

const info: PlatformFamily = {
  name: 'demo_build_info',
  type: 'gauge',
  help: 'Always 1. A "quoted" word, a back\\slash,\na new line.',
  labels: { version: { constant: 'version' }, path: { constant: 'path' } },
};
const requests: PlatformFamily = {
  name: 'demo_requests_total',
  type: 'counter',
  help: 'Requests answered.',
  labels: { code: ['2xx', '5xx'] },
};
const cpu: PlatformFamily = {
  name: 'demo_cpu_seconds_total',
  type: 'counter',
  unit: 'seconds',
  help: 'CPU time spent.',
  labels: {},
};
const odd: PlatformFamily = {
  name: 'demo_odd',
  type: 'gauge',
  help: 'Values off the line.',
  labels: { kind: ['a', 'b', 'c', 'd'] },
};
const misnamed: PlatformFamily = {
  name: 'demo_duration',
  type: 'gauge',
  unit: 'seconds',
  help: 'Unit not in the name.',
  labels: {},
};
const absent: PlatformFamily = {
  name: 'demo_absent',
  type: 'gauge',
  help: 'Without series.',
  labels: {},
  absentWhen: 'always',
};
export const latency: PlatformFamily = {
  name: 'demo_latency_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Time taken.',
  labels: { group: ['api'] },
  buckets: [0.00001, 0.005, 1, 10, 2500000],
};
const expiry: PlatformFamily = {
  name: 'demo_expiry_timestamp_seconds',
  type: 'gauge',
  unit: 'seconds',
  help: 'When the caller expires.',
  labels: {},
};

export const snapshot: Snapshot = [
  { family: info, series: [{ labels: { version: '1.2.3', path: 'C:\\dir\n"new"' }, value: 1 }] },
  {
    family: requests,
    series: [
      { labels: { code: '2xx' }, value: 12345678901 },
      { labels: { code: '5xx' }, value: 0 },
    ],
  },
  { family: cpu, series: [{ labels: {}, value: 0.25 }] },
  {
    family: odd,
    series: [
      { labels: { kind: 'a' }, value: NaN },
      { labels: { kind: 'b' }, value: Infinity },
      { labels: { kind: 'c' }, value: -Infinity },
      { labels: { kind: 'd' }, value: -1.5e-9 },
    ],
  },
  { family: misnamed, series: [{ labels: {}, value: 3 }] },
  { family: absent, series: [] },
  { family: latency, series: [{ labels: { group: 'api' }, counts: [0, 2, 5, 5, 5, 6], sum: 7.75 }] },
];

export const extra: Snapshot = [singleValue(expiry, 1900000000)];

export const text004 = String.raw`# HELP demo_build_info Always 1. A "quoted" word, a back\\slash,\na new line.
# TYPE demo_build_info gauge
demo_build_info{version="1.2.3",path="C:\\dir\n\"new\""} 1
# HELP demo_requests_total Requests answered.
# TYPE demo_requests_total counter
demo_requests_total{code="2xx"} 12345678901
demo_requests_total{code="5xx"} 0
# HELP demo_cpu_seconds_total CPU time spent.
# TYPE demo_cpu_seconds_total counter
demo_cpu_seconds_total 0.25
# HELP demo_odd Values off the line.
# TYPE demo_odd gauge
demo_odd{kind="a"} NaN
demo_odd{kind="b"} +Inf
demo_odd{kind="c"} -Inf
demo_odd{kind="d"} -1.5e-9
# HELP demo_duration Unit not in the name.
# TYPE demo_duration gauge
demo_duration 3
# HELP demo_latency_seconds Time taken.
# TYPE demo_latency_seconds histogram
demo_latency_seconds_bucket{group="api",le="0.00001"} 0
demo_latency_seconds_bucket{group="api",le="0.005"} 2
demo_latency_seconds_bucket{group="api",le="1"} 5
demo_latency_seconds_bucket{group="api",le="10"} 5
demo_latency_seconds_bucket{group="api",le="2500000"} 5
demo_latency_seconds_bucket{group="api",le="+Inf"} 6
demo_latency_seconds_sum{group="api"} 7.75
demo_latency_seconds_count{group="api"} 6
# HELP demo_expiry_timestamp_seconds When the caller expires.
# TYPE demo_expiry_timestamp_seconds gauge
demo_expiry_timestamp_seconds 1900000000
`;

export const openMetrics = String.raw`# HELP demo_build_info Always 1. A \"quoted\" word, a back\\slash,\na new line.
# TYPE demo_build_info gauge
demo_build_info{version="1.2.3",path="C:\\dir\n\"new\""} 1
# HELP demo_requests Requests answered.
# TYPE demo_requests counter
demo_requests_total{code="2xx"} 12345678901
demo_requests_total{code="5xx"} 0
# HELP demo_cpu_seconds CPU time spent.
# TYPE demo_cpu_seconds counter
# UNIT demo_cpu_seconds seconds
demo_cpu_seconds_total 0.25
# HELP demo_odd Values off the line.
# TYPE demo_odd gauge
demo_odd{kind="a"} NaN
demo_odd{kind="b"} +Inf
demo_odd{kind="c"} -Inf
demo_odd{kind="d"} -1.5e-9
# HELP demo_duration Unit not in the name.
# TYPE demo_duration gauge
demo_duration 3
# HELP demo_latency_seconds Time taken.
# TYPE demo_latency_seconds histogram
# UNIT demo_latency_seconds seconds
demo_latency_seconds_bucket{group="api",le="1e-05"} 0
demo_latency_seconds_bucket{group="api",le="0.005"} 2
demo_latency_seconds_bucket{group="api",le="1.0"} 5
demo_latency_seconds_bucket{group="api",le="10.0"} 5
demo_latency_seconds_bucket{group="api",le="2.5e+06"} 5
demo_latency_seconds_bucket{group="api",le="+Inf"} 6
demo_latency_seconds_sum{group="api"} 7.75
demo_latency_seconds_count{group="api"} 6
# HELP demo_expiry_timestamp_seconds When the caller expires.
# TYPE demo_expiry_timestamp_seconds gauge
# UNIT demo_expiry_timestamp_seconds seconds
demo_expiry_timestamp_seconds 1900000000
# EOF
`;
