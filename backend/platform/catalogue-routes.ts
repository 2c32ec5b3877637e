import { CatalogueList } from '../../contract/catalogue-api.ts';
import type { Routes } from '../http/validation.ts';
import type { Filling } from '../scrape/exposition-source.ts';

export const catalogueRoutes: Routes<{ filling: Filling }> = (app, { filling }, done) => {
  app.get(
    '/api/catalogues',
    {
      config: { permission: 'platform:read', group: 'api' },
      schema: { summary: 'Catalogues of other systems, and what fills them', response: { 200: CatalogueList } },
    },
    () => filling.list(),
  );
  done();
};
