/** An em dash to look at, words to listen to. */
export function EmptyValue({ label }: { readonly label: string }) {
  return (
    <>
      <span aria-hidden="true">—</span>
      <span className="sr-only">{label}</span>
    </>
  );
}
