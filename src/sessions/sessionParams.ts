import type { ListCredentialsQuery } from '../../contract/api.ts';
import { tokenStatuses } from '../../contract/appliance.ts';
import { roles } from '../../contract/roles.ts';
import type { ParamsFormat } from '../ui/usePageParams.ts';

export type SessionQuery = Pick<ListCredentialsQuery, 'status' | 'role'>;

export const sessionParams: ParamsFormat<SessionQuery> = {
  parse: (params) => ({
    status: tokenStatuses.find((status) => status === params.get('status')),
    role: roles.find((role) => role === params.get('role')),
  }),
  format: ({ status, role }) => ({ tab: 'sessions', status, role }),
};
