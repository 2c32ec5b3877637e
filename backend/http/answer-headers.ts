import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';

/** What every answer carries, errors and what Node refuses before there is a request included. */
export const ANSWER_HEADERS = {
  [MARKER_HEADER]: API_VERSION,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;
