/**
 * Holds a secret for exactly as long as somebody has to see it. Whoever still holds the box after `destroy` (React's
 * previous render, for instance) holds nothing.
 */
export class SecretBox {
  #value: string | undefined;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret, or nothing once it was destroyed. */
  read(): string | undefined {
    return this.#value;
  }

  destroy(): void {
    this.#value = undefined;
  }
}
