/** What one would write in twenty lines: prom-client's default metrics behind a bearer token, compared by its hash. */
import { createHash, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import { Registry, collectDefaultMetrics } from 'prom-client';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

const [, , port = '0', secret = ''] = process.argv;
const expected = sha256(secret);
const register = new Registry();
collectDefaultMetrics({ register });

const app = Fastify();
app.get('/metrics', async (request, reply) => {
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
  if (!timingSafeEqual(sha256(token), expected)) return reply.code(401).send();
  return reply.header('content-type', register.contentType).send(await register.metrics());
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
console.log('is ready');
process.once('SIGTERM', () => void app.close());
