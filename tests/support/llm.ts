/** A provider of language models at the other end: chat completions as OpenAI's API has them, whole and as a stream. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly messages: readonly { readonly content: string }[];
}

export interface Llm {
  /** Where its API begins. */
  readonly url: string;
  /** What it answers with; 200 unless set. */
  status: number;
}

const WORDS = ['Everything', ' is', ' well', '.'];

/** It says the same four tokens whatever it is asked; each word of a prompt is a token. */
export async function startLlm(): Promise<Llm> {
  const state = { status: 200 };
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (state.status === 200) answer(body as ChatRequest, response);
      else response.writeHead(state.status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return Object.assign(state, { url });
}

function answer({ model, stream, stream_options, messages }: ChatRequest, response: ServerResponse): void {
  const prompt = messages.map(({ content }) => content.split(' ').length).reduce((sum, words) => sum + words, 0);
  const usage = { prompt_tokens: prompt, completion_tokens: WORDS.length, total_tokens: prompt + WORDS.length };
  if (stream !== true) {
    response.setHeader('content-type', 'application/json');
    const message = { role: 'assistant', content: WORDS.join('') };
    response.end(
      JSON.stringify({ id: 'one', object: 'chat.completion', model, choices: [{ index: 0, message }], usage }),
    );
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  const event = (more: object) =>
    response.write(`data: ${JSON.stringify({ id: 'one', object: 'chat.completion.chunk', model, ...more })}\n\n`);
  event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
  for (const content of WORDS) event({ choices: [{ index: 0, delta: { content } }] });
  if (stream_options?.include_usage === true) event({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}
