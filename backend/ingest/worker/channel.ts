/** Chunks that come by message, to be read one after the other. */
export interface Channel {
  readonly chunks: AsyncIterable<Buffer>;
  push(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** @param onTaken called for each chunk that is read: so many more may come */
export function createChannel(onTaken: () => void): Channel {
  const waiting: Buffer[] = [];
  let ended = false;
  let failure: Error | undefined;
  let wake: () => void = () => undefined;

  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      if (failure) throw failure;
      const chunk = waiting.shift();
      if (chunk) {
        onTaken();
        yield chunk;
      } else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    chunks: chunks(),
    push(chunk) {
      waiting.push(chunk);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    fail(error) {
      failure = error;
      wake();
    },
  };
}
