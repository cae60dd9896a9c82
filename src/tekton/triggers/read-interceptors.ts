import type { Cursor } from '../read/cursor.ts';
import { celProblem } from '../../cel/triggers.ts';
import type { CelInterceptor, GithubInterceptor, Interceptor, SecretKey } from './types.ts';

/** The interceptors that every Triggers brings along. */
export const bundled = ['cel', 'github', 'gitlab', 'bitbucket', 'slack'] as const;

/** What an event may reach while it is handled. */
export interface ReadOptions {
  /** Whether there is a GitHub API to ask; `githubOwners` and `addChangedFiles` of pull requests are refused without. */
  readonly asksGithub?: boolean | undefined;
}

/** Reads a chain of interceptors; every kind but the bundled ones is refused by name. */
export function readInterceptors(list: Cursor, options: ReadOptions): Interceptor[] {
  return list.items().flatMap((cursor): Interceptor[] => {
    cursor.checkFields("Trigger's interceptor", {
      read: ['name', 'ref', 'params'],
      refused: {
        webhook: 'It is a Service of a cluster; use cel or another bundled interceptor.',
        ...Object.fromEntries(bundled.map((name) => [name, `Write ref.name: ${name}, with params.`])),
      },
    });
    const ref = cursor.at('ref');
    ref.checkFields('reference to an interceptor', { read: ['name', 'kind'], ignored: ['apiVersion'] });
    if (ref.at('kind').exists && ref.at('kind').text() !== 'ClusterInterceptor') {
      ref.at('kind').refuse(`an interceptor of kind ${ref.at('kind').text()}`, `Use ${known}.`);
      return [];
    }
    const written = ref.at('name').text();
    const kind = bundled.find((one) => one === written);
    if (kind) return [readBundled(kind, cursor, options)];
    const isOld = ['webhook', ...bundled].some((name) => cursor.at(name).exists);
    if (isOld) return [];
    if (written === undefined || written === '')
      ref.fault('The interceptor has no ref.name.', `Name ${known}.`);
    else ref.at('name').refuse(`the interceptor "${written}"`, `Use ${known}.`);
    return [];
  });
}

const known = `${bundled.slice(0, -1).join(', ')} or ${bundled.at(-1)}`;

function readBundled(kind: (typeof bundled)[number], cursor: Cursor, options: ReadOptions): Interceptor {
  const params = new Map(
    cursor
      .at('params')
      .items()
      .map((param) => [param.at('name').requiredText(), param.at('value')]),
  );
  const name = cursor.at('name').text() ?? kind;
  switch (kind) {
    case 'cel':
      refuseOthers(cursor, params, ['filter', 'overlays']);
      return readCel(name, params);
    case 'slack': {
      refuseOthers(cursor, params, ['requestedFields']);
      const fields = params.get('requestedFields');
      return { kind, name, fields: fields?.exists ? fields.texts() : undefined };
    }
    case 'github':
      refuseOthers(cursor, params, ['secretRef', 'eventTypes', 'addChangedFiles', 'githubOwners']);
      return readGithub(name, params, options);
    default:
      refuseOthers(cursor, params, ['secretRef', 'eventTypes']);
      return { kind, name, ...readSigned(params) };
  }
}

function readCel(name: string, params: ReadonlyMap<string, Cursor>): CelInterceptor {
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
  if (expression === undefined || expression === '') return;
  const problem = celProblem(expression);
  if (problem !== undefined) cursor.fault(`${cursor.path}: ${problem}`, 'Correct the expression.');
}

function readSigned(params: ReadonlyMap<string, Cursor>): Pick<GithubInterceptor, 'secret' | 'eventTypes'> {
  const secret = params.get('secretRef');
  const eventTypes = params.get('eventTypes');
  return {
    secret: secret?.exists ? readSecret(secret) : undefined,
    eventTypes: eventTypes?.exists ? eventTypes.texts() : undefined,
  };
}

function readSecret(cursor: Cursor): SecretKey {
  cursor.checkFields('reference to a Secret', { read: ['secretName', 'secretKey'] });
  return { name: cursor.at('secretName').requiredText(), key: cursor.at('secretKey').requiredText() };
}

function readGithub(
  name: string,
  params: ReadonlyMap<string, Cursor>,
  { asksGithub = false }: ReadOptions,
): GithubInterceptor {
  const signed = readSigned(params);
  const files = enabled(params.get('addChangedFiles'));
  const owners = enabled(params.get('githubOwners'));
  const fix = 'It asks GitHub: set GITHUB_API_URL, such as https://api.github.com, or leave it out.';
  const takes = (...events: string[]) => events.some((event) => signed.eventTypes?.includes(event) ?? true);
  if (!asksGithub && files && takes('pull_request')) files.refuse('addChangedFiles of a pull request', fix);
  if (!asksGithub && owners && !files && takes('pull_request', 'issue_comment'))
    owners.refuse('githubOwners', fix);
  files?.checkFields('addChangedFiles', { read: ['enabled', 'personalAccessToken'] });
  owners?.checkFields('githubOwners', { read: ['enabled', 'personalAccessToken', 'checkType'] });
  const tokenOf = (cursor: Cursor) => {
    const token = cursor.at('personalAccessToken');
    return token.exists ? readSecret(token) : undefined;
  };
  return {
    kind: 'github',
    name,
    ...signed,
    changedFiles: files && { token: tokenOf(files) },
    owners: owners && {
      token: tokenOf(owners),
      check: owners.at('checkType').oneOf(['orgMembers', 'repoMembers', 'all', 'none'], 'none'),
    },
  };
}

function enabled(cursor: Cursor | undefined): Cursor | undefined {
  return cursor?.at('enabled').boolean() ? cursor : undefined;
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
