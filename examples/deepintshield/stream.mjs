/** What a provider's stream of events tells: when the first token came, how long each one after it took, and the usage. */

/** @typedef {{prompt_tokens: number, completion_tokens: number}} Usage */

/**
 * Reads along while a stream is passed on.
 * @param {{firstToken: () => void, nextToken: (seconds: number) => void}} seen
 */
export function createStreamReader(seen) {
  const decoder = new TextDecoder();
  let rest = '';
  /** @type {number | undefined} */
  let last;
  /** @type {Usage | undefined} */
  let usage;

  /** @param {string} line */
  function readLine(line) {
    if (!line.startsWith('data: {')) return; // also the [DONE] at the end
    /** @type {{usage?: Usage | null, choices?: {delta?: {content?: string}}[]}} */
    const event = JSON.parse(line.slice('data: '.length));
    usage = event.usage ?? usage;
    if (!event.choices?.[0]?.delta?.content) return; // the first event names the role only
    const now = performance.now();
    if (last === undefined) seen.firstToken();
    else seen.nextToken((now - last) / 1000);
    last = now;
  }

  return {
    /** @param {Uint8Array} chunk */
    push(chunk) {
      const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split(/\r?\n/);
      rest = lines.pop() ?? '';
      lines.forEach(readLine);
    },
    usage: () => usage,
  };
}
