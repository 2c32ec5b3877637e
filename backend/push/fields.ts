import { Value } from 'typebox/value';
import { forbiddenInNames, PushSettingsBody } from '../../contract/api.ts';
import { invalidField } from '../http/fields.ts';
import { gatewayUrl } from './group.ts';

/**
 * Settings as they may be, with the URL as it is kept: for whoever asks, also past the HTTP interface.
 * @throws Refusal `invalid_request` that names the field
 */
export function checkBody(body: PushSettingsBody): PushSettingsBody {
  const [problem] = Value.Errors(PushSettingsBody, body);
  if (problem) throw invalidField(problem.instancePath.slice(1), `${problem.message}.`);
  for (const field of ['job', 'instance', 'username'] as const) checkText(field, body[field]);
  if (body.username?.includes(':')) throw invalidField('username', 'A user name cannot contain a colon.');
  if (body.username === null && body.password !== undefined) {
    throw invalidField('username', 'A password needs a user name.');
  }
  return { ...body, url: body.url === '' ? '' : urlField(body.url) };
}

/** @throws Refusal `invalid_request` */
export function needsUrl(url: string): void {
  if (url === '') throw invalidField('url', 'Give the URL of the Pushgateway, for instance http://pushgateway:9091.');
}

function urlField(text: string): string {
  try {
    return gatewayUrl(text);
  } catch (error) {
    throw invalidField('url', (error as Error).message);
  }
}

function checkText(field: string, text: string | null): void {
  if (text === null) return;
  if (forbiddenInNames.test(text) || /\p{Surrogate}/u.test(text)) {
    throw invalidField(
      field,
      'Leave out control characters, line breaks and characters that turn the direction of text.',
    );
  }
}
