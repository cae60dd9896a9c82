import type { Reference } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { checkReferenceName } from './names.ts';
import { readParams } from './params.ts';

const resolvers = ['git', 'http'];

/** What a taskRef, pipelineRef or the ref of a step names; resolvers that need a cluster and other kinds are refused. */
export function readReference(cursor: Cursor, kind: 'Task' | 'Pipeline' | 'StepAction'): Reference {
  cursor.checkFields(`reference to a ${kind}`, {
    read: ['name', 'kind', 'apiVersion', 'resolver', 'params'],
    refused: { bundle: `Put the ${kind} into the files and name it.` },
  });
  const given = cursor.at('kind').text();
  const api = cursor.at('apiVersion').text();
  const isCustom = api !== undefined && api !== '' && !api.startsWith('tekton.dev/');
  // Tekton compares the kind with no other than its own for custom tasks, which have an apiVersion of their own.
  if (isCustom || (given !== undefined && given !== '' && given.toLowerCase() !== kind.toLowerCase())) {
    cursor.at('kind').refuse(`the kind ${given}`, `Only ${kind} runs without its controller.`);
    return { name: '', params: [], place: cursor.place };
  }
  const resolver = cursor.at('resolver').text() || undefined;
  if (resolver !== undefined && !resolvers.includes(resolver)) {
    cursor
      .at('resolver')
      .refuse(`the resolver ${resolver}`, `Put the ${kind} into the files and name it, or use git or http.`);
    return { name: '', params: [], place: cursor.place };
  }
  if (resolver === undefined && cursor.at('params').exists) {
    cursor
      .at('resolver')
      .fault(`${cursor.path} has params, and no resolver.`, 'Add resolver, or remove params.');
    return { name: '', params: [], place: cursor.place };
  }
  checkReferenceName(cursor.at('name'));
  if (cursor.at('name').text() && cursor.at('params').exists)
    cursor.fault(`${cursor.path} has both name and params.`, 'Write name, or resolver and params.');
  return {
    name: resolver === undefined ? cursor.at('name').requiredText() : (cursor.at('name').text() ?? ''),
    resolver,
    params: readParams(cursor.at('params')),
    place: cursor.place,
  };
}
