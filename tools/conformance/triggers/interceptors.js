// Compares what interceptors let through and add, with GitHub's answers as the tests had them.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Outside, Refused } from './outside.js';

export function interceptorKinds({ ours, differ, cursorOf, outcome }) {
  /** The interceptor of a request as our own files would have it. */
  const read = (name, params) => {
    const list = Object.entries(params ?? {}).map(([key, value]) => ({ name: key, value }));
    const { cursor, findings } = cursorOf({ list: [{ ref: { name }, params: list }] });
    const [interceptor] = ours.readInterceptors(cursor.at('list'), { asksGithub: true });
    const [fault] = findings.filter(({ severity }) => severity === 'error');
    if (fault) throw new Error(fault.message);
    return interceptor;
  };

  const compare = async (name, { request, secrets, exchanges = [] }, out) => {
    if (!request.context && /no request context/.test(out.status?.message ?? ''))
      throw new Outside('only a test sends a request without a context');
    const server = await replay(exchanges);
    let answer;
    try {
      const event = {
        raw: Buffer.from(request.body ?? ''),
        headers: ours.readHeaders(request.header ?? {}),
        url: request.context?.event_url ?? '',
        extensions: request.extensions ?? {},
      };
      const github = ours.askGithub(server.url);
      answer = await ours.runOne(read(name, request.interceptor_params), event, {
        secrets: secrets ?? {},
        github,
      });
    } catch (error) {
      answer = { stopped: error.message };
    } finally {
      server.close();
    }
    const isThrough = !('stopped' in answer);
    if (isThrough !== out.continue)
      return `${isThrough ? 'let through' : `stopped (${answer.stopped})`}, Tekton ${out.continue ? 'lets it through' : `stops it (${out.status.message})`}`;
    return isThrough ? differ(answer.extensions, out.extensions ?? {}) : undefined;
  };

  return {
    interceptor: ({ in: given, out }) => compare(given.name, given, out),
    'cel interceptor': ({ in: given, out }) => compare('cel', given, out),
    'owners payload': ({ in: { body, event }, out, error }) =>
      outcome(error, [out.Owner, out.Repository, out.PrNumber, out.Sender, out.IssueCommentBody], () => {
        const found = known(ours.readOwnersPayload(body, event));
        return [found.owner, found.repository, found.number, found.sender, found.comment];
      }),
    'files payload': ({ in: { body, event }, out, error }) =>
      outcome(error, [out.Owner, out.Repository, out.PrNumber, out.ChangedFiles], () => {
        const found = known(ours.readFilesPayload(body, event));
        return [found.owner, found.repository, found.number, found.files.join(',')];
      }),
    'github api': () => {
      throw new Refused('the address of the API is GITHUB_API_URL, never what a header of the webhook says');
    },
  };
}

function known(found) {
  if ('problem' in found) throw new Error(found.problem);
  return found;
}

/** A server that answers as was recorded. */
async function replay(exchanges) {
  const left = [...exchanges];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://h');
    const page = searchParams.get('page') ?? '1';
    const at = left.findIndex(
      ({ path, query, authorization }) =>
        path.replace('/api/v3', '') === pathname &&
        (new URLSearchParams(query).get('page') ?? '1') === page &&
        authorization === (request.headers.authorization ?? ''),
    );
    if (at < 0) {
      response.writeHead(500).end('this was not asked');
      return;
    }
    const [{ status, link, body }] = left.splice(at, 1);
    response.writeHead(status, { 'content-type': 'application/json', ...(link ? { link } : {}) }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
