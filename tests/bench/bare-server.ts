/** The least that a server of this kind can be: Fastify with one route. What `start.bench.ts` compares with. */
import Fastify from 'fastify';

const app = Fastify();
app.get('/', () => 'nothing');
await app.listen({ host: '127.0.0.1', port: 0 });
console.log('is ready');
process.once('SIGTERM', () => void app.close());
