import { expect, it } from 'vitest';
import { reportLimit } from './report-limit.ts';

const commands = (count: number) => Array.from({ length: count }, () => ({ command: ['true'] }));

it.each([
  ['a step with a command and the entrypoint', { steps: commands(1) }, 4096],
  ['two steps with a command', { steps: commands(2) }, 4096],
  ['three steps with a command', { steps: commands(3) }, 3072],
  ['a script', { steps: [{ script: 'true' }] }, 4096],
  ['a script and a command', { steps: [{ script: 'true' }, ...commands(1)] }, 3072],
  ['a sidecar with a script', { steps: commands(1), sidecars: [{ script: 'true' }] }, 3072],
  ['a folder to be made', { steps: [{ script: 'true', workingDir: '/workspace/a' }] }, 3072],
  ['a folder of the template', { stepTemplate: { workingDir: 'a' }, steps: [{ script: 'true' }] }, 3072],
  ['a folder that is there', { steps: [{ script: 'true', workingDir: '/workspace' }] }, 4096],
  ['ten scripts', { steps: commands(10).map(() => ({ script: 'true' })) }, 1024],
])('a Pod with %s lets each report have its part of 12 KiB, and at most 4096 bytes', (_, spec, limit) => {
  expect(reportLimit(spec)).toBe(limit);
});
