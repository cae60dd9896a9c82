import type { Answer, Asked, Route } from './github-server.ts';

const repository = String.raw`^/repos/(?<owner>[^/]+)/(?<repo>[^/]+)`;

/** Pull requests, labels and comments. Source: https://docs.github.com/en/rest/pulls/pulls and /issues/comments. */
export const pullRoutes: readonly Route[] = [
  ['GET', new RegExp(`${repository}/pulls$`), listPulls],
  ['POST', new RegExp(`${repository}/pulls$`), createPull],
  ['PATCH', new RegExp(`${repository}/pulls/(?<number>\\d+)$`), updatePull],
  [
    'GET',
    new RegExp(`${repository}/labels$`),
    ({ state }) => ({ status: 200, list: state.labels.map((name) => ({ name })) }),
  ],
  ['POST', new RegExp(`${repository}/issues/(?<number>\\d+)/labels$`), addLabels],
  ['GET', new RegExp(`${repository}/issues/(?<number>\\d+)/comments$`), listComments],
  ['POST', new RegExp(`${repository}/issues/(?<number>\\d+)/comments$`), createComment],
  ['PATCH', new RegExp(`${repository}/issues/comments/(?<id>\\d+)$`), updateComment],
];

function listPulls({ groups, query, state }: Asked): Answer {
  const wanted = query.get('state') ?? 'open';
  const found = state.pulls.filter(
    (pull) =>
      (wanted === 'all' || pull.state === wanted) &&
      // Without the owner GitHub ignores the filter.
      (!query.get('head')?.includes(':') || query.get('head') === `${groups['owner']}:${pull.head.ref}`) &&
      (query.get('base') === null || query.get('base') === pull.base.ref),
  );
  return { status: 200, list: found.toReversed() };
}

function createPull({ groups, body, state }: Asked): Answer {
  const { title, head, base: into } = body as Record<string, string>;
  const invalid = (error: object): Answer => ({
    status: 422,
    body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', ...error }], status: '422' },
  });
  const branch = state.branchState(head!);
  if (branch === 'missing') return invalid({ field: 'head', code: 'invalid' });
  if (state.pulls.some((pull) => pull.state === 'open' && pull.head.ref === head)) {
    return invalid({
      code: 'custom',
      message: `A pull request already exists for ${groups['owner']}:${head}.`,
    });
  }
  if (branch === 'same')
    return invalid({ code: 'custom', message: `No commits between ${into} and ${head}` });
  const number = state.pulls.length + 1;
  const repo = { full_name: `${groups['owner']}/${groups['repo']}` };
  const pull = {
    number,
    state: 'open',
    title,
    body: body.body,
    html_url: `https://github.com/${groups['owner']}/${groups['repo']}/pull/${number}`,
    head: { ref: head, repo },
    base: { ref: into, repo },
    labels: [],
  };
  state.pulls.push(pull);
  return { status: 201, body: pull };
}

function updatePull({ groups, body, state }: Asked): Answer {
  const pull = state.pulls.find((each) => String(each.number) === groups['number']);
  if (!pull) return { status: 404, body: { message: 'Not Found' } };
  Object.assign(pull, body);
  return { status: 200, body: pull };
}

function addLabels({ groups, body, state }: Asked): Answer {
  const pull = state.pulls.find((each) => String(each.number) === groups['number']);
  if (!pull) return { status: 404, body: { message: 'Not Found' } };
  // GitHub makes labels that do not exist.
  for (const name of body.labels as string[]) {
    if (!state.labels.includes(name)) state.labels.push(name);
    if (!pull.labels.some((label: { name: string }) => label.name === name)) pull.labels.push({ name });
  }
  return { status: 200, body: pull.labels };
}

function listComments({ groups, state }: Asked): Answer {
  return { status: 200, list: state.comments.filter(({ issue }) => String(issue) === groups['number']) };
}

function createComment({ groups, body, state, base }: Asked): Answer {
  const id = state.comments.length + 1;
  const comment = {
    id,
    issue: Number(groups['number']),
    body: body.body as string,
    user: { login: 'bot' },
    html_url: `${base}/acme/gitops/pull/${groups['number']}#issuecomment-${id}`,
  };
  state.comments.push(comment);
  return { status: 201, body: comment };
}

function updateComment({ groups, body, state }: Asked): Answer {
  const comment = state.comments.find((each) => String(each.id) === groups['id']);
  if (!comment) return { status: 404, body: { message: 'Not Found' } };
  if (comment.user.login !== 'bot')
    return { status: 403, body: { message: 'Must have admin rights to Repository.' } };
  comment.body = body.body as string;
  return { status: 200, body: comment };
}
