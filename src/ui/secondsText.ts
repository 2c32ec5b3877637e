import { formattedValueToString, getValueFormat } from '@grafana/data';

/** A length of time to three digits in the unit that suits it, for instance "30 s", "1.5 min" or "2.1 ms". */
export function secondsText(seconds: number): string {
  return formattedValueToString(getValueFormat('s')(Number(seconds.toPrecision(3)), null));
}
