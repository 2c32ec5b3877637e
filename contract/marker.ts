/** Every answer of the backend carries this header, so that its reader can tell a Vitals backend from anything else. */
export const MARKER_HEADER = 'vitals-api-version';
export const API_VERSION = '1';
