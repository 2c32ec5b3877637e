/** What a token may read beside inventory catalogues: the platform's own endpoint, with every closed catalogue on it. */
export const PLATFORM = 'platform';
