/** One ref that a push moves, if it still is what it was; `from` undefined: it must not exist yet. */
export interface RefMove {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string;
}

/** What became of one ref of a push. */
export interface PushedRef {
  /** The ref of the remote. */
  readonly to: string;
  readonly state: 'taken' | 'refused' | 'unknown';
  /** In Git's words, without the parentheses; empty where there is none. */
  readonly reason: string;
}

/** The lines of `git push --porcelain` about refs: `<flag>\t<from>:<to>\t<summary> (<reason>)`. A ref whose answer was lost is not refused. */
export function readPorcelain(stdout: string): PushedRef[] {
  return stdout.split('\n').flatMap((line): PushedRef[] => {
    const [flag = '', refs = '', ...rest] = line.split('\t');
    const to = refs.slice(refs.indexOf(':') + 1);
    if (!/^[ +\-*!=]$/.test(flag) || !refs.includes(':') || to === '' || rest.length === 0) return [];
    const summary = rest.join('\t');
    const reason = / \((.*)\)$/.exec(summary)?.[1] ?? '';
    if (flag !== '!') return [{ to, state: 'taken', reason }];
    // `[remote failure] (remote failed to report status)`: the remote has it or not.
    return [{ to, state: summary.startsWith('[remote failure]') ? 'unknown' : 'refused', reason }];
  });
}

/**
 * Whether a push of main was refused because of rules for this branch, which a pull request satisfies. What the hosts print: GitHub's
 * branch protection and rulesets, GitLab, Bitbucket Cloud and Data Center, Gitea and Forgejo, Azure DevOps.
 */
export function isMainProtected(
  main: string,
  { refused, said }: { readonly refused: readonly PushedRef[]; readonly said: string },
): boolean {
  const ref = `refs/heads/${main}`;
  const own = refused.find(({ to }) => to === ref);
  if (own === undefined) return false;
  if (own.reason === 'protected branch hook declined' || own.reason.startsWith('TF402455')) return true;
  return said.split('\n').some((line) => {
    // Rules of another branch or of tags name that one.
    const names = /refs\/(?:heads|tags)\/\S+/.exec(line)?.[0];
    const isOther = names !== undefined && !['', '.', ':', ','].some((end) => names === `${ref}${end}`);
    const text = line.replace(/^remote: */, '').toLowerCase();
    return !isOther && rules(main.toLowerCase()).some((rule) => text.includes(rule));
  });
}

const rules = (main: string): readonly string[] => [
  'gh006: protected branch update failed',
  'gh013: repository rule violations found for refs/heads/',
  'not allowed to push code to protected branches',
  `permission denied to update branch ${main}`,
  'can only be modified through pull requests',
  `not allowed to push to protected branch ${main}`,
  'tf402455:',
];
