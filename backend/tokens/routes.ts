import {
  CreatedToken,
  CreateTokenBody,
  DiagnoseTokenBody,
  IdParams,
  ListTokensQuery,
  NoBody,
  OneToken,
  RenameTokenBody,
  RotatedToken,
  RotateTokenBody,
  TokenConsumers,
  TokenDiagnosis,
  TokenList,
  TokenRotation,
} from '../../contract/api.ts';
import type { Routes } from '../http/validation.ts';
import type { TokenService } from './service.ts';

const expiryRefusals = ['expiry_in_the_past', 'expiry_required', 'expiry_too_late'] as const;

export const tokenRoutes: Routes<{ tokens: TokenService }> = (app, { tokens }, done) => {
  app.get(
    '/api/tokens',
    {
      config: { permission: 'tokens:read', group: 'api' },
      schema: {
        operationId: 'listTokens',
        summary: 'List scrape tokens',
        querystring: ListTokensQuery,
        response: { 200: TokenList },
      },
    },
    (request) => tokens.list(request.query),
  );

  app.get(
    '/api/tokens/:id',
    {
      config: { permission: 'tokens:read', group: 'api', refuses: ['token_not_found'] },
      schema: { operationId: 'getToken', summary: 'One scrape token', params: IdParams, response: { 200: OneToken } },
    },
    async (request) => ({ token: await tokens.get(request.params.id) }),
  );

  app.post(
    '/api/tokens',
    {
      config: { permission: 'tokens:write', group: 'api', refuses: expiryRefusals },
      schema: {
        operationId: 'createToken',
        summary: 'Mint a scrape token',
        body: CreateTokenBody,
        response: { 201: CreatedToken },
      },
    },
    async (request, reply) => {
      const created = await tokens.create(request.body, request.caller.actor);
      return reply.code(201).send(created);
    },
  );

  app.post(
    '/api/tokens/:id/rename',
    {
      config: { permission: 'tokens:write', group: 'api', refuses: ['token_not_found'] },
      schema: {
        operationId: 'renameToken',
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
      config: { permission: 'tokens:write', group: 'api', refuses: ['token_not_found', 'token_already_revoked'] },
      schema: {
        operationId: 'revokeToken',
        summary: 'Revoke a scrape token for good',
        params: IdParams,
        body: NoBody,
        response: { 200: OneToken },
      },
    },
    async (request) => ({ token: await tokens.revoke(request.params.id, request.caller.actor) }),
  );

  app.post(
    '/api/tokens/:id/rotate',
    {
      config: {
        permission: 'tokens:write',
        group: 'api',
        refuses: ['token_not_found', 'token_not_active', 'token_already_rotated', ...expiryRefusals],
      },
      schema: {
        operationId: 'rotateToken',
        summary: 'Mint a successor of a scrape token, which ends when that has taken over',
        params: IdParams,
        body: RotateTokenBody,
        response: { 201: RotatedToken },
      },
    },
    async (request, reply) => {
      const rotated = await tokens.rotate(request.params.id, request.body, request.caller.actor);
      return reply.code(201).send(rotated);
    },
  );

  app.get(
    '/api/tokens/:id/rotation',
    {
      config: { permission: 'tokens:read', group: 'api', refuses: ['token_not_found'] },
      schema: {
        operationId: 'getTokenRotation',
        summary: 'The tokens before and after a scrape token, and how far a switch is',
        params: IdParams,
        response: { 200: TokenRotation },
      },
    },
    (request) => tokens.rotation(request.params.id),
  );

  app.get(
    '/api/tokens/:id/consumers',
    {
      config: { permission: 'tokens:read', group: 'api', refuses: ['token_not_found'] },
      schema: {
        operationId: 'getTokenConsumers',
        summary: 'What is seen of a scrape token’s user',
        params: IdParams,
        response: { 200: TokenConsumers },
      },
    },
    (request) => tokens.consumers(request.params.id),
  );

  app.post(
    '/api/tokens/diagnose',
    {
      config: { permission: 'tokens:read', group: 'api' },
      schema: {
        operationId: 'diagnoseToken',
        summary: 'What is wrong with a token, told by its hash',
        body: DiagnoseTokenBody,
        response: { 200: TokenDiagnosis },
      },
    },
    (request) => tokens.diagnose(request.body),
  );

  done();
};
