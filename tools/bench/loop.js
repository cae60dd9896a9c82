import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bitiq, env, inFolder, root } from './measure.js';

/** A push until the new version is healthy in a loop of its own, beside the tasks of its run; and the memory of the idle loop. */
export function loop(helm) {
  return inFolder(async (folder) => {
    const child = spawn(process.execPath, [bitiq, 'up', '--state', join(folder, 'state'), '--port', '0'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    try {
      return await measure(folder, helm, child, () => output);
    } finally {
      child.kill('SIGINT');
      await Promise.race([once(child, 'close'), sleep(20_000)]);
      child.kill('SIGKILL');
    }
  });
}

async function measure(folder, helm, child, output) {
  const [, url] = await until('the address of the loop', () =>
    /git clone .* (http:\/\/127\.0\.0\.1:\d+)\/git\//.exec(output()),
  );
  const token = readFileSync(join(folder, 'state/secrets/git-token'), 'utf8').trim();
  const view = async () => (await fetch(`${url}/api/view`)).json();
  const dev = async () => (await view()).environments.find((each) => each.environment === 'dev');
  await until('the first versions', async () => {
    const now = await dev();
    return now?.state === 'synced' && now.services.every((each) => each.health === 'healthy');
  });
  const clone = join(folder, 'clone');
  const git = (...args) =>
    execFileSync('git', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  git('clone', '--quiet', `${url.replace('://', `://bitiq:${token}@`)}/git/toy-service.git`, clone);
  const times = [];
  const tasks = new Map();
  for (let run = 0; run < 5; run++) {
    appendFileSync(join(clone, 'README.md'), `\nRun ${run}\n`);
    git('-C', clone, 'commit', '--quiet', '--all', '--message', `Run ${run}`);
    const sha = git('-C', clone, 'rev-parse', 'HEAD');
    const started = performance.now();
    git('-C', clone, 'push', '--quiet', 'origin', 'HEAD:main');
    await until('the new version', async () => {
      const service = (await dev()).services.find((each) => each.service === 'toy-service');
      const built = /\.g([0-9a-f]+)$/.exec(service?.running ?? '')?.[1];
      return service?.health === 'healthy' && built !== undefined && sha.startsWith(built);
    });
    times.push(performance.now() - started);
    const record = (await view()).runs.find((each) => each.revision === sha);
    for (const { task, duration = 0 } of record?.tasks ?? [])
      tasks.set(task, [...(tasks.get(task) ?? []), duration]);
  }
  const parts = [...tasks].map(([task, durations]) => ({ task, ms: median(durations) }));
  const inTasks = parts.reduce((sum, { ms }) => sum + ms, 0);
  await sleep(5000);
  const memory = memoryOf(child.pid);
  return [
    {
      what: 'push → healthy',
      ms: median(times),
      peer: 'the tasks of its run',
      peerMs: inTasks,
      must: '≤ 3000 ms',
    },
    ...parts.map(({ task, ms }) => ({ what: `  task ${task}`, ms, peer: '', must: '' })),
    { what: '  Git, webhook, update, Helm, start, probe', ms: median(times) - inTasks, peer: '', must: '' },
    { what: '    of which one helm template, alone', ms: await timeHelm(helm), peer: '', must: '' },
    { what: '    of which the start of the service, alone', ms: await timeStart(folder), peer: '', must: '' },
    ...(memory === undefined
      ? []
      : [{ what: `memory of the idle loop: ${memory} MiB`, peer: '', must: '≤ 200 MiB' }]),
  ];
}

/** Milliseconds of `helm template` for dev by itself; the loop runs it twice, before the commit and for the delivery. */
async function timeHelm(helm) {
  const chart = join(root, 'helm/bitiq');
  const times = [];
  for (let run = 0; run < 5; run++) {
    const started = performance.now();
    execFileSync(helm, ['template', 'bitiq', chart, '--values', join(chart, 'values-dev.yaml')], {
      env,
      stdio: 'ignore',
    });
    times.push(performance.now() - started);
  }
  return median(times);
}

/** Milliseconds from the start of the built service's process to its first healthy answer. */
async function timeStart(folder) {
  const images = join(folder, 'state/apps/dev/images');
  const server = readdirSync(images, { recursive: true }).find((file) => file.endsWith('dist/server.js'));
  const times = [];
  for (let run = 0; run < 5; run++) {
    const port = 19_000 + Math.floor(Math.random() * 900);
    const started = performance.now();
    const service = spawn(process.execPath, [join(images, server)], {
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        HOST: '127.0.0.1',
        TOY_SERVICE_URL: 'http://127.0.0.1:1',
      },
      stdio: 'ignore',
    });
    await until('the service alone', async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
    times.push(performance.now() - started);
    service.kill('SIGKILL');
    await once(service, 'close');
  }
  return median(times);
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}

/** Resident MiB, where the machine tells it. */
function memoryOf(pid) {
  try {
    return Math.round(
      Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    );
  } catch {
    return undefined;
  }
}

async function until(what, look) {
  for (const end = performance.now() + 120_000; performance.now() < end; await sleep(10)) {
    const found = await Promise.resolve(look()).catch(() => undefined);
    if (found) return found;
  }
  throw new Error(`${what} did not come within two minutes`);
}
