interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

const MAX_PAGES = 1000;

/** Follows a listing's cursors to its end. @throws where it has none. */
export async function everyPage<P extends Page<unknown>>(
  list: (cursor: { cursor?: string }) => Promise<P>,
): Promise<{ pages: P[]; items: P['items'] }> {
  const pages: P[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    if (pages.length === MAX_PAGES) throw new Error('the listing never ends');
    const page: P = await list(cursor === undefined ? {} : { cursor });
    pages.push(page);
    cursor = page.nextCursor;
  }
  return { pages, items: pages.flatMap(({ items }) => items) };
}
