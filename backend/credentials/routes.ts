import { CredentialList, IdParams, ListCredentialsQuery, NoBody, OneCredential } from '../../contract/api.ts';
import type { Routes } from '../http/validation.ts';
import type { CredentialService } from './service.ts';

export const credentialRoutes: Routes<{ credentials: CredentialService }> = (app, { credentials }, done) => {
  app.get(
    '/api/credentials',
    {
      config: { permission: 'credentials:read', group: 'api' },
      schema: {
        operationId: 'listCredentials',
        summary: 'List service credentials and sessions',
        querystring: ListCredentialsQuery,
        response: { 200: CredentialList },
      },
    },
    (request) => credentials.list(request.query),
  );

  app.post(
    '/api/credentials/:id/revoke',
    {
      config: {
        permission: 'credentials:write',
        group: 'api',
        refuses: ['credential_not_found', 'credential_already_revoked'],
      },
      schema: {
        operationId: 'revokeCredential',
        summary: 'Revoke a credential',
        params: IdParams,
        body: NoBody,
        response: { 200: OneCredential },
      },
    },
    async (request) => ({ credential: await credentials.revoke(request.params.id, request.caller.actor) }),
  );

  done();
};
