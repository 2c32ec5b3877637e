/**
 * The least that a server of this kind can be: Fastify with constant answers. Its argument is a JSON file of them:
 * `[{path, headers, body}]`, the body in Base64.
 */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

export interface ConstantAnswer {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const [, , port = '0', file] = process.argv;
const answers = file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')) as ConstantAnswer[]);
const app = Fastify();
app.get('/', () => 'nothing');
for (const { path, headers, body } of answers) {
  const bytes = Buffer.from(body, 'base64');
  const text = headers['content-encoding'] === undefined ? bytes.toString() : bytes;
  app.get(path, (_request, reply) => reply.headers(headers).send(text));
}
await app.listen({ host: '127.0.0.1', port: Number(port) });
console.log('is ready');
process.once('SIGTERM', () => void app.close());
