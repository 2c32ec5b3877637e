/** A document's text, taken into the bundle as it stands. */
declare module '*.md?raw' {
  const text: string;
  export default text;
}
