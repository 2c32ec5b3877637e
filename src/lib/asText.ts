/**
 * For `t` with a value somebody typed: React escapes it already, and i18next must not do it a second time, so that a
 * name looks the way it was given whatever it contains.
 */
export const asText = { interpolation: { escapeValue: false } } as const;
