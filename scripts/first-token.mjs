/** The one place where a secret is shown: what `npm start` prints after it minted the first scrape token. */

const line = '─'.repeat(78);

/**
 * The scrape configuration has the form that the appliance's manual gives.
 * @param {{secret: string, origin: string, ownCertificate: boolean, list: string}} first `origin`: where others reach the
 *   backend; `ownCertificate`: it serves https itself; `list`: the command that lists tokens
 */
export function firstTokenText({ secret, origin, ownCertificate, list }) {
  const { protocol, host } = new URL(origin);
  const path = '/api/metrics/prometheus';
  const isTls = protocol === 'https:';
  const needsCa = isTls && ownCertificate;
  return `
${line}
The first scrape token. It is shown only now; only a hash of it is kept.

${secret}

Try it:

curl ${needsCa ? '--cacert ca.pem ' : ''}-H 'Authorization: Bearer ${secret}' ${origin}${path}

Let a Prometheus scrape it (prometheus.yml):

scrape_configs:
  - job_name: dhcp-dpi
    metrics_path: ${path}
    scheme: ${isTls ? 'https' : 'http'}
    scrape_interval: 30s
    scrape_timeout: 10s
    authorization:
      type: Bearer
      credentials: ${secret}
${needsCa ? '    tls_config:\n      ca_file: ca.pem\n' : ''}    static_configs:
      - targets: ['${host}']

Every token:  ${list}
Stop:         Ctrl-C
${line}`;
}
