import { createServer } from 'node:http';

const { env } = process;
if (env.CRASH_AT_START) {
  process.stderr.write(`cannot open the database at ${env.CRASH_AT_START}\n`);
  process.exit(3);
}
let healthy = !env.NEVER_READY;
let alive = true;
const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path === '/healthz') return answer(healthy ? 200 : 503, 'health');
  if (path === '/livez') return answer(alive ? 200 : 500, 'life');
  if (path === '/die') process.exit(7);
  if (path === '/hang') alive = false;
  if (path === '/slow') return void setTimeout(() => answer(200), 400);
  if (path === '/stream') {
    response.writeHead(200, { 'content-type': 'text/plain' });
    let n = 0;
    const timer = setInterval(
      () => (n++ < 8 ? response.write(`${env.BITIQ_TAG} ${n}\n`) : (clearInterval(timer), response.end())),
      50,
    );
    return;
  }
  if (path === '/log') process.stdout.write(`${env.LOG_TEXT ?? 'one line of log'}\n`);
  answer(200);

  function answer(status) {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ tag: env.BITIQ_TAG, pid: process.pid, env }));
  }
});
// What is closed because it idled, as another request comes, is not a fault of who carried the request.
server.keepAliveTimeout = 0;
process.stdout.write(`${env.BITIQ_TAG} starts as ${process.pid}\n`);
setTimeout(() => server.listen(Number(env.PORT ?? 8080), env.HOST), Number(env.START_MS ?? 0));
process.on('SIGTERM', () => {
  if (env.IGNORE_TERM) return;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
