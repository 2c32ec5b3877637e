import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { runVitals } from '../support/command-line.ts';
import { eventually, freePort, writeConfig } from '../support/server.ts';
import { copyProject, npmStart } from '../support/start.ts';
import { testWith } from '../tools.ts';

const SECRET = /vst_[0-9A-Za-z]{49}/g;

const times = (text: string, part: string | RegExp) => text.split(part).length - 1;

testWith(
  'curl',
  '`npm start` mints the first token and prints it once with a curl line that works; a second start mints nothing; Ctrl-C exits with 0',
  async () => {
    const copy = copyProject();
    const port = await freePort();
    mkdirSync(join(copy, 'data'));
    const config = writeConfig(join(copy, 'data'), { server: { port }, prometheus: { enabled: true } });

    const first = npmStart(copy);
    await eventually('it says how to stop it', () => first.output().includes('Ctrl-C\n'));
    await eventually('it says why there is no workbench', () =>
      first.output().includes('is not started: data/config.yaml has no auth.grafana. For the workbench, set there,'),
    );
    const said = first.output();
    const lines = said.split('\n');
    const [secret = ''] = said.match(SECRET) ?? [];
    expect(new Set(said.match(SECRET)).size).toBe(1);
    expect(lines.filter((line) => line === secret)).toHaveLength(1);
    expect(times(said, /^curl /m)).toBe(1);
    expect(times(said, /^scrape_configs:$/m)).toBe(1);

    const curlLine = lines.find((line) => line.startsWith('curl ')) ?? '';
    const tried = spawnSync('sh', ['-c', curlLine], { encoding: 'utf8' });
    expect(tried).toMatchObject({ status: 0, stdout: expect.stringMatching(/^dhcp_dpi_build_info\{.+\} 1$/m) });

    const [scrapeConfig = ''] = /^scrape_configs:\n(?: .+\n)+/m.exec(said) ?? [];
    expect(parse(scrapeConfig)).toEqual({
      scrape_configs: [
        {
          job_name: 'dhcp-dpi',
          metrics_path: '/api/metrics/prometheus',
          scheme: 'http',
          scrape_interval: '30s',
          scrape_timeout: '10s',
          authorization: { type: 'Bearer', credentials: secret },
          static_configs: [{ targets: [`127.0.0.1:${port}`] }],
        },
      ],
    });
    expect(await first.ctrlC()).toBe(0);

    const second = npmStart(copy);
    await eventually('it says where the metrics are', () =>
      second.output().includes(`Metrics: http://127.0.0.1:${port}/`),
    );
    expect(second.output()).not.toMatch(SECRET);
    expect(spawnSync('sh', ['-c', curlLine], { encoding: 'utf8' }).stdout).toContain('dhcp_dpi_build_info');
    expect(await second.ctrlC()).toBe(0);
    expect(JSON.parse((await runVitals('token', 'list', '--config', config, '--json')).stdout)).toMatchObject({
      total: 1,
      items: [{ name: 'First Prometheus', lastIp: '127.0.0.1' }],
    });
  },
);
