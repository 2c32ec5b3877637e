const MOST_TEXTS = 100;
const LONGEST_TEXT = 1000;

/**
 * Remembers what is made of short texts that come again and again, such as a scraper's headers or a statement's SQL. What is
 * long is worked out each time, and where there are too many all are forgotten: whoever sends others each time costs no memory.
 * @param work makes of a text what may be used any number of times
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
