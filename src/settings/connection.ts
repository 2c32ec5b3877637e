import { t } from '@grafana/i18n';
import type { Health } from '../../contract/api.ts';
import { getHealth } from '../api/client.ts';
import { explain, type Explanation } from '../api/explain.ts';
import { asText } from '../ui/asText.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';

/** The links of the chain from Grafana to the backend, in the order in which they are tried. */
export const links = ['reach', 'credential', 'identity', 'role', 'version'] as const;
export type Link = (typeof links)[number];

/** How far a connection test came: everything before `brokenAt` holds. */
export type Connection =
  | { readonly isWhole: true; readonly health: Health }
  | { readonly isWhole: false; readonly brokenAt: Link; readonly explanation: Explanation };

/** Asks the backend how it is, through the plugin proxy, and names the first link that does not hold. */
export async function testConnection(pluginVersion: string): Promise<Connection> {
  try {
    return judge(await getHealth(), pluginVersion);
  } catch (error) {
    const failure = toFailure(error);
    return { isWhole: false, brokenAt: brokenLink(failure), explanation: remedy(failure) };
  }
}

/** An answer is not enough: the credential has to be one that acts for Grafana's users, and the versions have to fit. */
function judge(health: Health, pluginVersion: string): Connection {
  const { caller, version } = health;
  if (caller && caller.credential !== 'grafana')
    return { isWhole: false, brokenAt: 'role', explanation: wrongRole(caller.credential) };
  if (release(version) !== release(pluginVersion)) {
    return {
      isWhole: false,
      brokenAt: 'version',
      explanation: {
        title: t('connection.version.title', 'Plugin {{plugin}} and backend {{backend}} do not fit together.', {
          plugin: pluginVersion,
          backend: version,
          ...asText,
        }),
        advice: t('connection.version.advice', 'Install the same release of both.'),
      },
    };
  }
  return { isWhole: true, health };
}

function brokenLink({ kind, code }: ApiFailure): Link {
  if (kind !== 'refused') return 'reach';
  switch (code) {
    case 'unauthorized':
      return 'credential';
    case 'identity_not_verified':
      return 'identity';
    case 'forbidden':
      return 'role';
    default:
      return 'reach';
  }
}

/** What the settings page can say better than any other page: here the settings are at hand. */
function remedy(failure: ApiFailure): Explanation {
  if (failure.code === 'forbidden') return wrongRole();
  if (failure.code !== 'unauthorized') return explain(failure);
  return {
    title: explain(failure).title,
    advice: t(
      'connection.credential.advice',
      'It is mistyped, expired, revoked, or of another installation. Issue a new one on the appliance with “vitals credential issue --role grafana --name Grafana --ttl 365d”, reset the field and paste it.',
    ),
  };
}

function wrongRole(role?: string): Explanation {
  return {
    title: role
      ? t('connection.role.title', 'The service credential has the role {{role}} instead of grafana.', {
          role,
          ...asText,
        })
      : t('connection.role.title-unknown', 'The service credential has the wrong role.'),
    advice: t(
      'connection.role.advice',
      'Only a credential with the role grafana acts for the user who is signed in. Issue one on the appliance with “vitals credential issue --role grafana --name Grafana --ttl 365d”, reset the field and paste it.',
    ),
  };
}

/** Releases fit when their major version is the same; before 1.0, their minor version as well. */
function release(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  return major === '0' ? `0.${minor}` : major;
}
