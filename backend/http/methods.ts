import type { FastifyInstance } from 'fastify';

/** The methods of a path, in order: none where no route has it. Has to be called before the routes are registered. */
export function findMethods(app: FastifyInstance): (path: string) => readonly string[] {
  const routes: { readonly form: readonly string[]; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => void routes.push({ form: url.split('/'), methods: [method].flat() }));
  return (path) => {
    const segments = path.split('/');
    const found = routes.filter(({ form }) => fits(segments, form)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  };
}

function fits(segments: readonly string[], form: readonly string[]): boolean {
  return form.length === segments.length && form.every((one, at) => one.startsWith(':') || one === segments[at]);
}
