import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import { defineCommand } from '../command.ts';
import { openCheckout } from '../file-changes.ts';

export const appversionCommand = defineCommand({
  name: 'appversion',
  group: 'Writes',
  summary: 'print, check or write the composite version in Chart.yaml',
  description:
    'The appVersion of the chart on main is the composite version of the environment that follows main. Works on the files of the current checkout.',
  options: [
    { flags: '--check', summary: 'fail if Chart.yaml has another value' },
    { flags: '--write', summary: 'write the correct value into Chart.yaml, and change nothing else' },
    { flags: '--json', summary: 'print JSON' },
  ],
  examples: [
    { command: 'bitiq appversion', summary: 'print the expected value' },
    { command: 'bitiq appversion --check', summary: 'as CI does' },
  ],
  exitCodes: { 0: 'it is correct, or was written', 1: 'with --check: it is not correct' },
  run: async (context) => {
    const { readAppVersion } = await import('../../actions/appversion.ts');
    const { directory, tree } = await openCheckout(context);
    const state = await readAppVersion(tree);
    const same = state.corrected === undefined;
    if (context.options.write === true && state.corrected !== undefined) {
      await writeFile(join(directory, state.file), state.corrected);
      context.note(`Wrote appVersion to ${state.file}.`);
    }
    const { file, environment, found, expected } = state;
    if (context.options.json === true)
      context.out(JSON.stringify({ file, environment, found, expected, true: same }, null, 2));
    else context.out(expected);
    if (context.options.check !== true || same || context.options.write === true) return 0;
    throw new BitiqError({
      code: 'appversion-mismatch',
      message: `appVersion in ${file} is not the composite version of ${environment}: it is ${found || '(empty)'}${expected === '' ? ` and must be empty, because ${environment} has no services` : ''}.`,
      fix: 'Run `bitiq appversion --write`.',
      place: state.place,
    });
  },
});
