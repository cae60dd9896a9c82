import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bitiq, env, inFolder, root } from './measure.js';

const events = 1000;

/** A thousand signed push events at once, to the webhook of a loop of its own, beside a bare HTTP server that reads and answers. */
export function webhooks() {
  return inFolder(async (folder) => {
    const state = join(folder, 'state');
    const loop = await start(
      [bitiq, 'up', '--state', state, '--port', '0'],
      /(http:\/\/127\.0\.0\.1:\d+)\/?\s/,
    );
    const floor = await start(['-e', bareServer], /(http:\/\/\S+)/);
    try {
      const secret = readFileSync(join(state, 'secrets/github-webhook'), 'utf8').trim();
      await until(() => existsSync(join(state, 'deliveries')) && runsIn(state).size > 0);
      const times = { loop: [], floor: [], processor: [] };
      let lost = 0;
      for (let run = 0; run < 3; run++) {
        const bodies = Array.from({ length: events }, (_, index) => payload(`${run + 1}${index}`));
        times.floor.push(await sendAll(floor.url, bodies, secret));
        const wanted = bodies.map(({ after }) => after);
        const before = processorTimeOf(loop.child.pid);
        times.loop.push(await sendAll(loop.url, bodies, secret));
        times.processor.push(processorTimeOf(loop.child.pid) - before);
        const there = runsIn(state);
        lost += wanted.filter((after) => !there.has(after)).length;
      }
      return [
        {
          what: `${events} events at once, ${lost} lost`,
          ms: median(times.loop),
          peer: 'bare server',
          peerMs: median(times.floor),
          must: '≤ 3000 ms, none lost',
        },
        { what: '  of the processor, by the loop', ms: median(times.processor), peer: '', must: '' },
      ];
    } finally {
      floor.child.kill('SIGKILL');
      loop.child.kill('SIGINT');
      await Promise.race([once(loop.child, 'close'), sleep(20_000)]);
      loop.child.kill('SIGKILL');
    }
  });
}

const bareServer = `
require('node:http').createServer((request, response) => {
  request.on('data', () => {}).on('end', () => response.writeHead(202).end('{}'));
}).listen(0, '127.0.0.1', function () { console.log('http://127.0.0.1:' + this.address().port + ' ') });
`;

async function start(args, address) {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  await until(() => address.test(output));
  return { child, url: address.exec(output)[1] };
}

/** A push of about the size of GitHub's, to a commit that is not there: its build fails, and costs the loop something meanwhile. */
function payload(number) {
  const after = number.padStart(40, 'a');
  const file = (index) => `src/part-${index}/file-${number}.ts`;
  const commit = {
    id: after,
    message: `Change ${number}\n\nBecause.`,
    timestamp: '2025-01-02T03:04:05Z',
    added: [],
    removed: [],
    modified: Array.from({ length: 60 }, (_, index) => file(index)),
  };
  const repository = {
    name: 'toy-service',
    full_name: 'bitiq-io/toy-service',
    clone_url: 'http://127.0.0.1:9/git/toy-service.git',
    default_branch: 'main',
  };
  return {
    after,
    text: JSON.stringify({
      ref: 'refs/heads/main',
      before: '0'.repeat(40),
      after,
      deleted: false,
      repository,
      commits: [commit],
      head_commit: commit,
    }),
  };
}

/** Milliseconds from the first request to the last answer; anything but 202 ends the bench. */
async function sendAll(url, bodies, secret) {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const signed = bodies.map(({ text, after }) => ({
    text,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'x-github-event': 'push',
      'x-github-delivery': after,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`,
    },
  }));
  const started = performance.now();
  const codes = await Promise.all(
    signed.map(
      ({ text, headers }) =>
        new Promise((resolve, reject) => {
          const sent = request(`${url}/hooks`, { method: 'POST', agent, headers }, (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode));
          });
          sent.on('error', reject);
          sent.end(text);
        }),
    ),
  );
  const ms = performance.now() - started;
  agent.destroy();
  const wrong = codes.find((code) => code !== 202);
  if (wrong !== undefined) throw new Error(`an event was answered with ${wrong}`);
  return ms;
}

/** The commits of the runs that are on disk. */
function runsIn(state) {
  const folder = join(state, 'runs');
  if (!existsSync(folder)) return new Set();
  return new Set(
    readdirSync(folder).flatMap((name) => {
      const file = join(folder, name, 'request.json');
      return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')).revision] : [];
    }),
  );
}

/** Milliseconds that a process has had of the processors, where the machine tells it. */
function processorTimeOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
}

async function until(holds) {
  for (const end = performance.now() + 120_000; performance.now() < end; await sleep(20)) if (holds()) return;
  throw new Error('what was waited for did not come within two minutes');
}
