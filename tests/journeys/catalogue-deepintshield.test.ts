import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { expectAlertsToCompare, expectPanelsToAnswer, expectRulesToBeWell } from '../support/catalogue-answers.ts';
import { ask } from '../support/http.ts';
import { startLlm } from '../support/llm.ts';
import { expectEveryFamily, startReceiving, startReporting } from '../support/reporting.ts';
import { eventually, freePort } from '../support/server.ts';
import { testWith } from '../tools.ts';

testWith(
  'prometheus',
  'DeepIntShield: requests that a gateway really passes on, with fallback, cache and streams, reach every panel and alert',
  async ({ prometheus: binary }) => {
    const receiving = await startReceiving('deepintshield');
    const { folder } = receiving;
    const [broken, well] = [await startLlm(), await startLlm()];
    broken.status = 500;
    const keyFiles = { provider: join(folder, 'provider-key'), virtual: join(folder, 'virtual-key') };
    for (const file of Object.values(keyFiles)) writeFileSync(file, `key in ${file}`);
    const provider = (name: string, url: string) => ({
      name,
      url,
      models: ['small'],
      key: { id: `${name} 1`, name: `key of ${name}`, file: keyFiles.provider },
    });
    const input = join(folder, 'gateway.json');
    writeFileSync(
      input,
      JSON.stringify({
        providers: [provider('broken', broken.url), provider('well', well.url)],
        retries: 1,
        prices: { small: { input: 2, output: 10 } },
        virtualKeys: [
          {
            id: 'vk-1',
            name: 'for tests',
            file: keyFiles.virtual,
            team: { id: 't-1', name: 'Tests' },
            customer: { id: 'c-1', name: 'One' },
          },
        ],
      }),
    );
    const since = Date.now();
    const listen = `127.0.0.1:${await freePort()}`;
    const file = 'deepintshield/gateway.mjs';
    const gateway = await startReporting(receiving, process.execPath, file, '--gateway', input, '--listen', listen);
    const prometheus = await receiving.prometheus(binary);
    const asked = { prometheus, described: receiving.described, since };

    const chat = (content: string, stream: boolean, key = `key in ${keyFiles.virtual}`) =>
      ask(`http://${listen}/v1/chat/completions`, {
        headers: { authorization: `Bearer ${key}` },
        body: { model: 'small', stream, messages: [{ role: 'user', content }] },
      });
    expect((await chat('how are you', false, 'of nobody')).status).toBe(401);
    const [whole, again] = [await chat('how are you', false), await chat('how are you', false)];
    expect({ status: whole.status, text: whole.text }).toEqual({ status: 200, text: again.text });
    const streamed = await chat('how are you today', true);
    expect(streamed.text).toContain('data: [DONE]');
    const spent = 'sum(bifrost_input_tokens_total) == 7 and sum(bifrost_output_tokens_total) == 8';
    await eventually('every token is counted', async () => (await prometheus.query(spent)).length > 0);
    expect(await prometheus.value('sum(bifrost_cost_total)')).toBeCloseTo((7 * 2 + 8 * 10) / 1e6, 12);
    expect(await prometheus.value('sum(bifrost_cache_hits_total{cache_type="direct"})')).toBe(1);
    const failed = 'bifrost_error_requests_total{provider="broken",reason="status_500",number_of_retries="1"}';
    expect(await prometheus.value(failed)).toBe(2);
    const labels = 'provider="well",fallback_index="1",method="chat",team_name="Tests",virtual_key_name="for tests"';
    expect(await prometheus.value(`bifrost_success_requests_total{${labels}}`)).toBe(2);
    expect(await prometheus.value('http_requests_total{path="/v1/chat/completions",status="401"}')).toBe(1);
    expect(await prometheus.value('bifrost_stream_inter_token_latency_seconds_count')).toBe(3);

    // Rates need traffic that goes on.
    const traffic = setInterval(() => {
      void Promise.all([chat('again', false), chat(`and again ${performance.now()}`, true)]).catch(() => undefined);
    }, 300);
    onTestFinished(() => clearInterval(traffic));
    await expectEveryFamily(prometheus, receiving);
    await expectPanelsToAnswer(asked);
    await expectAlertsToCompare(asked);
    await expectRulesToBeWell(prometheus, [receiving.described]);
    clearInterval(traffic);
    expect(await gateway.stop()).toBe(0);
  },
);
