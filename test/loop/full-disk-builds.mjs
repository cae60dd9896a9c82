// Opens the builds of a state folder on a small disk, asks for one build, fills the disk with its step, and makes room.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openBuilds } from '../../dist/local/builds/builds.js';

const [disk, what, script] = process.argv.slice(2);
const at = (name) => join(disk, name);
for (const name of ['runs', 'images', 'cache', 'work']) mkdirSync(at(name), { recursive: true });
const say = (text) => process.stdout.write(`${text}\n`);

const step = { name: 'fill', image: 'none', script };
const task = { name: 'build', taskSpec: { steps: [step] } };
const workspaces = ['images', 'cache'].map((name) => ({ name, optional: true }));
const resource = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: { generateName: 'toy-' },
  spec: { pipelineSpec: { params: [{ name: 'base-image', default: '' }], workspaces, tasks: [task] } },
};
const open = () =>
  openBuilds({
    site: {
      runs: at('runs'),
      work: at('work/steps'),
      images: at('images'),
      cache: at('cache'),
      remotes: () => [],
      tools: disk,
      env: { ...process.env, DISK: disk },
      masks: [],
      clock: () => new Date(),
    },
    readPipelines: async () => [],
    onChange: () => undefined,
    onStarted: ({ name }) => say(`started ${name}`),
    onEnded: ({ run, state, message }) => say(`${run} ${state} ${message ?? ''}`),
    lookForRoomMs: 100,
  });
const over = async (builds) => {
  while (builds.isBuilding()) await pause(50);
};

const filler = at('filler');
writeFileSync(filler, Buffer.alloc(12 * 1024 * 1024));
let builds = await open();
if (what !== 'restart' || builds.views().length === 0) {
  const created = new Date().toISOString();
  await builds.start({
    name: 'toy-abcdef',
    created,
    service: 'toy',
    revision: 'a'.repeat(40),
    resource,
    pipelines: 'x',
  });
}
await over(builds);
say('waits');
await pause(1000);
say('room');
if (what === 'restart') await builds.close();
rmSync(filler);
if (what === 'restart') builds = await open();
for (let tries = 0; tries < 100 && builds.views()[0].state !== 'succeeded'; tries++) await pause(100);
await over(builds);
await pause(300);
await builds.close();
