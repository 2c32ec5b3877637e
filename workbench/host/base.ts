/** Below which path the workbench is served; empty, or `/…` without a trailing slash. The page's own HTML says it. */
export const basePath = document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '';
