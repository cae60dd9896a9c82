import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bitiq, env, inFolder, root } from './measure.js';

const atOnce = 1000;

/** The most memory that a loop of its own ever had, after 1,000 requests at once to each of its addresses. Linux tells it. */
export function memory() {
  return inFolder(async (folder) => {
    const state = join(folder, 'state');
    const loop = spawn(process.execPath, [bitiq, 'up', '--state', state, '--port', '0'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [loop.stdout, loop.stderr]) stream.on('data', (chunk) => (output += chunk));
    const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
    try {
      const url = await addressIn(() => output);
      const read = (name) => readFileSync(join(state, 'secrets', name), 'utf8').trim();
      const basic = `Basic ${Buffer.from(`a:${read('git-token')}`).toString('base64')}`;
      const signed = (body) => ({
        'x-github-event': 'ping',
        'x-hub-signature-256': `sha256=${createHmac('sha256', read('github-webhook')).update(body).digest('hex')}`,
      });
      const small = JSON.stringify({ zen: 'x'.repeat(5000) });
      const large = `{"a":[${'1,'.repeat(500_000)}1]}`;
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const all = {
        'the page': { path: '/' },
        '/api/view': { path: '/api/view' },
        'signed webhooks of 5 kB': { path: '/hooks', method: 'POST', body: small, headers: signed(small) },
        'unsigned forms of 1 MB': { path: '/hooks', method: 'POST', body: large, headers: form },
        'git ls-remote': {
          path: '/git/bitiq.git/info/refs?service=git-upload-pack',
          headers: { authorization: basic },
        },
      };
      const rows = [];
      for (const [what, each] of Object.entries(all)) {
        const counts = await sendAll(url, each, agent);
        const peak = peakOf(loop.pid);
        rows.push({
          what: `${what}: ${counts}, at most ${peak ?? '?'} MiB`,
          peer: '',
          must: '≤ 400 MiB',
        });
        if (peak !== undefined && peak > 400) process.exitCode = 1;
      }
      return rows;
    } finally {
      agent.destroy();
      loop.kill('SIGINT');
      await Promise.race([once(loop, 'close'), sleep(20_000)]);
      loop.kill('SIGKILL');
    }
  });
}

/** Sends a request many times at once, and counts the answers by their status. */
async function sendAll(url, { path, method = 'GET', body = '', headers = {} }, agent) {
  const one = () =>
    new Promise((resolve) => {
      const options = { method, agent, headers: { 'content-length': Buffer.byteLength(body), ...headers } };
      const sent = request(`${url}${path}`, options, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
        answer.on('error', (error) => resolve(error.code));
      });
      sent.on('error', (error) => resolve(error.code));
      sent.setTimeout(120_000, () => sent.destroy());
      sent.end(body);
    });
  const counts = new Map();
  for (const status of await Promise.all(Array.from({ length: atOnce }, one)))
    counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}

async function addressIn(output) {
  for (const end = performance.now() + 120_000; performance.now() < end; await sleep(20)) {
    const found = /git clone .* (http:\/\/127\.0\.0\.1:\d+)\/git\//.exec(output());
    if (found) return found[1];
  }
  throw new Error('the loop did not say where it is within two minutes');
}

/** MiB. */
function peakOf(pid) {
  try {
    return Math.round(
      Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    );
  } catch {
    return undefined;
  }
}
