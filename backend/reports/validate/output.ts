/** Lines that grow into one buffer without ever copying much at once. */
import type { TimeSlices } from '../../lib/event-loop.ts';

const PART_CHARACTERS = 32_768;

export interface Output {
  /** @param lines whole lines */
  add(lines: string): void;
  /** All of it. Nothing is added after. */
  end(slices: TimeSlices): Promise<Buffer>;
}

export function createOutput(): Output {
  const parts: Buffer[] = [];
  let open = '';
  const close = () => {
    if (open !== '') parts.push(Buffer.from(open));
    open = '';
  };
  return {
    add(lines) {
      open += lines;
      if (open.length >= PART_CHARACTERS) close();
    },
    async end(slices) {
      close();
      const whole = Buffer.allocUnsafeSlow(parts.reduce((size, part) => size + part.length, 0));
      let at = 0;
      for (const part of parts) {
        if (slices.isOver()) await slices.next();
        at += part.copy(whole, at);
      }
      return whole;
    },
  };
}
