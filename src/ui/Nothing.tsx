/** An em dash to look at, words to listen to. */
export function Nothing({ words }: { readonly words: string }) {
  return (
    <>
      <span aria-hidden="true">—</span>
      <span className="sr-only">{words}</span>
    </>
  );
}
