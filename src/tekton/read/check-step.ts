import { posix } from 'node:path';
import type { Cursor } from './cursor.ts';
import { checkLabel } from './names.ts';

/** Reports what Tekton's admission refuses of a step by itself. */
export function checkStep(cursor: Cursor): void {
  checkLabel(cursor.at('name'), 'a step');
  for (const mount of cursor.at('volumeMounts').items()) {
    const [name, place] = [mount.at('name'), mount.at('mountPath')];
    const path = posix.normalize(place.text() ?? '');
    if (path.startsWith('/tekton/') && !path.startsWith('/tekton/home'))
      place.fault(`${place.path}: nothing can be mounted below /tekton.`, 'Use another mountPath.');
    if (name.text()?.startsWith('tekton-internal-'))
      name.fault(`${name.path}: names that begin with tekton-internal- are taken.`, 'Rename the volume.');
  }
  const fields = ['name', 'image', 'script', 'imagePullPolicy', 'workingDir', 'envFrom', 'volumeMounts'];
  for (const [place, text] of fields.flatMap((field) => [...cursor.at(field).scalars()])) {
    if (!/\$\(steps\..*?\.results\..*?\)/.test(text)) continue;
    place.fault(
      `${place.path}: the result of a step can only stand in env, command and args.`,
      'Give it by an environment variable.',
    );
  }
}
