import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { ask } from '../support/http.ts';
import { makePlace } from '../support/place.ts';
import { startServer } from '../support/server.ts';
import { testWith } from '../tools.ts';

testWith('promtool', '`promtool check metrics` finds nothing to say about either text format', async ({ promtool }) => {
  const place = await makePlace();
  await startServer(place.config);
  const { secret } = await place.mint('Prometheus', '2099-01-01T00:00:00Z');
  const url = `${place.origin}/api/metrics/prometheus`;
  await ask(url);
  await ask(`${place.origin}/api/tokens`, { headers: { authorization: `Bearer ${await place.jwt('admin')}` } });

  for (const version of ['0.0.4', '1.0.0']) {
    const accept = `text/plain; version=${version}`;
    const answer = await ask(url, { headers: { authorization: `Bearer ${secret}`, accept } });
    expect(answer.headers['content-type']).toContain(`text/plain; version=${version}`);
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
      input: answer.text,
      encoding: 'utf8',
    });
    expect({ version, status, stdout, stderr }).toEqual({ version, status: 0, stdout: '', stderr: '' });
  }
});
