/** Segments of unreserved characters (RFC 3986), which every path of this interface is made of, and every id. */
const PLAIN = /^(?:\/|(?:\/[A-Za-z0-9._~-]+)+)$/;
const DOTS = /\/\.{1,2}(?=\/|$)/;
/** The form that a request to a proxy has; a server has to take it too (RFC 9112). */
const ORIGIN = /^https?:\/\/[^/?#]+/;

/**
 * Whether the path of a request is written in its one plain form: nothing encoded, no empty segment (so no slash twice or
 * at the end), no `.` and `..`, no backslash. Another form of a path could be one route to the proxy that decides by it
 * who may go on, and another one here.
 * @param target as it came over the wire, with its query
 */
export function isPlainPath(target: string): boolean {
  const [path = ''] = target.replace(ORIGIN, '').split('?', 1);
  return PLAIN.test(path) && !DOTS.test(path);
}
