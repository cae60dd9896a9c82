import type { Cursor } from '../read/cursor.ts';
import { celProblem } from './cel-environment.ts';
import type { CelInterceptor, GithubInterceptor, Interceptor } from './types.ts';

const known = ['cel', 'github'];

/** Reads a chain of interceptors; every kind but the bundled cel and github is refused by name. */
export function readInterceptors(list: Cursor): Interceptor[] {
  return list.items().flatMap((cursor): Interceptor[] => {
    cursor.checkFields('interceptor', {
      read: ['name', 'ref', 'params'],
      refused: { webhook: 'Use the cel or github interceptor.' },
    });
    const ref = cursor.at('ref');
    ref.checkFields('reference to an interceptor', { read: ['name', 'kind'], ignored: ['apiVersion'] });
    const kind = ref.at('name').text();
    if (ref.at('kind').exists && ref.at('kind').text() !== 'ClusterInterceptor') {
      ref.at('kind').refuse(`an interceptor of kind ${ref.at('kind').text()}`, `Use ${known.join(' or ')}.`);
      return [];
    }
    const params = paramsOf(cursor.at('params'));
    const name = cursor.at('name').text() ?? kind ?? 'interceptor';
    if (kind === 'cel') return [readCel(cursor, name, params)];
    if (kind === 'github') return [readGithub(cursor, name, params)];
    if (!cursor.at('webhook').exists) {
      if (kind === undefined) ref.fault('The interceptor has no ref.name.', `Name ${known.join(' or ')}.`);
      else ref.at('name').refuse(`the interceptor "${kind}"`, `Use ${known.join(' or ')}.`);
    }
    return [];
  });
}

function paramsOf(list: Cursor): Map<string, Cursor> {
  return new Map(list.items().map((param) => [param.at('name').requiredText(), param.at('value')]));
}

function readCel(cursor: Cursor, name: string, params: ReadonlyMap<string, Cursor>): CelInterceptor {
  refuseOthers(cursor, params, ['filter', 'overlays']);
  const filter = params.get('filter');
  const overlays = (params.get('overlays')?.items() ?? []).map((overlay) => {
    overlay.checkFields('overlay', { read: ['key', 'expression'] });
    checkExpression(overlay.at('expression'));
    return { key: overlay.at('key').requiredText(), expression: overlay.at('expression').requiredText() };
  });
  if (filter) checkExpression(filter);
  return { kind: 'cel', name, filter: filter?.text(), overlays };
}

function checkExpression(cursor: Cursor): void {
  const expression = cursor.text();
  const problem = expression === undefined ? undefined : celProblem(expression);
  if (problem?.kind === 'unsupported') cursor.refuse(problem.message, 'Write the condition without it.');
  if (problem?.kind === 'invalid')
    cursor.fault(`${cursor.path}: ${problem.message}`, 'Correct the expression.');
}

function readGithub(cursor: Cursor, name: string, params: ReadonlyMap<string, Cursor>): GithubInterceptor {
  refuseOthers(cursor, params, ['secretRef', 'eventTypes', 'addChangedFiles', 'githubOwners']);
  for (const feature of ['addChangedFiles', 'githubOwners']) {
    const param = params.get(feature);
    if (param?.at('enabled').text() === 'true')
      param.refuse(feature, 'It asks GitHub over the network; leave it out.');
  }
  const secret = params.get('secretRef');
  return {
    kind: 'github',
    name,
    secret: secret && {
      name: secret.at('secretName').requiredText(),
      key: secret.at('secretKey').requiredText(),
    },
    eventTypes: params.get('eventTypes')?.texts(),
  };
}

function refuseOthers(cursor: Cursor, params: ReadonlyMap<string, Cursor>, allowed: readonly string[]): void {
  for (const name of params.keys()) {
    if (!allowed.includes(name)) {
      cursor
        .at('params')
        .fault(`The interceptor has no parameter "${name}".`, `It has ${allowed.join(', ')}.`);
    }
  }
}
