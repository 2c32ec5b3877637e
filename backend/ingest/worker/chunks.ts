/**
 * The same bytes in blocks of their own memory, which can be given away to another thread: what the network brings is
 * often a slice of memory that others use too.
 */
export async function* inBlocks(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<ArrayBuffer> {
  let gathered: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    gathered.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    yield joined(gathered, length);
    gathered = [];
    length = 0;
  }
  if (length > 0) yield joined(gathered, length);
}

function joined(chunks: readonly Uint8Array[], length: number): ArrayBuffer {
  const block = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    block.set(chunk, at);
    at += chunk.length;
  }
  return block.buffer;
}
