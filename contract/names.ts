/** The rule for names of tokens and credentials: the same in the backend's validation and under the plugin's input. */

export const NAME_MAX_LENGTH = 200;

/** Control characters, line separators and bidirectional controls, which a name may not contain. */
export const forbiddenInNames =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A scrape token or a JWT, pasted where a name belongs: lists and the audit log would show it to everybody. */
const secretInNames = /vst_[0-9A-Za-z]{20,}|eyJ(?:(?!eyJ)[\w-])*\.[\w-]{8,}/;

/** A character that a reader sees: not the zero-width kind, no space, no blank that is drawn as one. */
const visible = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\p{Cf}\u2800\u{1d159}]/u;

export const nameFaults = {
  empty: 'Give it a name of 1 to 200 characters.',
  invisible: 'The name has no character that can be seen. Type one.',
  surrogate: 'The name contains half of a character (a lone surrogate). Type it again.',
  forbidden: 'The name contains a control or text-direction character. Remove it.',
  secret: 'The name contains a token. Name it after who will use it instead.',
  too_long: 'The name is longer than 200 characters. Shorten it.',
} as const;
export type NameFault = keyof typeof nameFaults;

/** What is wrong with a name, or nothing. Length counts code points after trimming (seeds/000: up to 200). */
export function nameFault(name: string): NameFault | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'empty';
  if (/\p{Surrogate}/u.test(trimmed)) return 'surrogate';
  if (forbiddenInNames.test(trimmed)) return 'forbidden';
  if (!visible.test(trimmed)) return 'invisible';
  if (secretInNames.test(trimmed)) return 'secret';
  if ([...trimmed].length > NAME_MAX_LENGTH) return 'too_long';
  return undefined;
}

/** The same as a sentence. */
export function nameProblem(name: string): string | undefined {
  const fault = nameFault(name);
  return fault && nameFaults[fault];
}
