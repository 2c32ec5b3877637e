import {
  CreatedToken,
  CreateTokenBody,
  IdParams,
  ListTokensQuery,
  NoBody,
  OneToken,
  RenameTokenBody,
  TokenList,
} from '../../contract/api.ts';
import type { Routes } from '../app-types.ts';
import type { TokenService } from './service.ts';

export const tokenRoutes: Routes<{ tokens: TokenService }> = (app, { tokens }, done) => {
  app.get(
    '/api/tokens',
    {
      config: { permission: 'tokens:read', group: 'api' },
      schema: { summary: 'List scrape tokens', querystring: ListTokensQuery, response: { 200: TokenList } },
    },
    (request) => tokens.list(request.query),
  );

  app.get(
    '/api/tokens/:id',
    {
      config: { permission: 'tokens:read', group: 'api' },
      schema: { summary: 'One scrape token', params: IdParams, response: { 200: OneToken } },
    },
    async (request) => ({ token: await tokens.get(request.params.id) }),
  );

  app.post(
    '/api/tokens',
    {
      config: { permission: 'tokens:write', group: 'api' },
      schema: { summary: 'Mint a scrape token', body: CreateTokenBody, response: { 201: CreatedToken } },
    },
    async (request, reply) => {
      const created = await tokens.create(request.body, request.caller.actor);
      return reply.code(201).send(created);
    },
  );

  app.post(
    '/api/tokens/:id/rename',
    {
      config: { permission: 'tokens:write', group: 'api' },
      schema: {
        summary: 'Rename a scrape token',
        params: IdParams,
        body: RenameTokenBody,
        response: { 200: OneToken },
      },
    },
    async (request) => ({ token: await tokens.rename(request.params.id, request.body.name, request.caller.actor) }),
  );

  app.post(
    '/api/tokens/:id/revoke',
    {
      config: { permission: 'tokens:write', group: 'api' },
      schema: {
        summary: 'Revoke a scrape token for good',
        params: IdParams,
        body: NoBody,
        response: { 200: OneToken },
      },
    },
    async (request) => ({ token: await tokens.revoke(request.params.id, request.caller.actor) }),
  );

  done();
};
