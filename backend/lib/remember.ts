const MOST_TEXTS = 100;
const LONGEST_TEXT = 1000;

/**
 * Remembers the answers to short texts that come again and again, such as a scraper's headers. What is long is worked out
 * each time, and where there are too many all are forgotten: whoever sends others each time costs no memory.
 * @param work a pure function
 */
export function remember<Result>(work: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const result = work(text);
    if (text.length > LONGEST_TEXT) return result;
    if (known.size >= MOST_TEXTS) known.clear();
    known.set(text, result);
    return result;
  };
}
