/** Lets lazy chunks load from wherever Grafana serves this plugin (a sub-path, a CDN). Has to be imported first. */
import amdModule from 'amd-module';

declare let __webpack_public_path__: string;

const uri = amdModule.uri;
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the bundler reads it
if (uri) __webpack_public_path__ = uri.slice(0, uri.lastIndexOf('/') + 1);

export {};
