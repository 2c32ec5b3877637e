/** What tests hold on to where a role and a name do not tell things apart. */
export const testIds = {
  failure: 'vitals-failure',
  disabled: 'vitals-integration-disabled',
  tokens: 'vitals-tokens',
  tokenName: 'vitals-token-name',
  expiry: 'vitals-expiry',
  secret: 'vitals-secret',
  reveal: 'vitals-reveal',
  firstScrape: 'vitals-first-scrape',
  switchLine: 'vitals-switch',
  scrapeConfig: 'vitals-scrape-config',
  checks: 'vitals-connection-checks',
  unread: 'vitals-unread',
  audit: 'vitals-audit',
  sessions: 'vitals-sessions',
  alarms: 'vitals-alarms',
  rules: 'vitals-rules',
} as const;
