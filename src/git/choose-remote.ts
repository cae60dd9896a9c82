import { git } from './git.ts';
import { patienceSettings, type GitSettings } from './patience.ts';
import { BitiqError } from '../model/errors.ts';

/** The settings that `chooseRemote` and the opening of a repository read, as one regular expression for `git config --get-regexp`. */
const readSettings = String.raw`^(remote\..*\.(url|pushurl|promisor)|remote\.pushdefault|branch\..*\.(push)?remote|url\..*\.(push)?insteadof|bitiq\.(branch|folder)|${patienceSettings})$`;

/** The settings of a repository and of the user, in one process. */
export async function readGitSettings(directory: string): Promise<GitSettings> {
  const { stdout } = await git(directory, ['config', '-z', '--get-regexp', readSettings], {
    to: 'read the settings',
    allow: [0, 1, 128],
  });
  return parseSettings(stdout.toString('utf8'));
}

/** What `git config -z --get-regexp` printed. */
function parseSettings(text: string): GitSettings {
  const settings = new Map<string, string[]>();
  for (const entry of text.split('\0').filter(Boolean)) {
    const end = entry.indexOf('\n');
    const [key, value] = end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)];
    settings.set(key, [...(settings.get(key) ?? []), value]);
  }
  return settings;
}

/**
 * The remote that Git would push a branch to: its `pushRemote`, `remote.pushDefault`, its `remote`, the only remote, or `origin`;
 * undefined without any. Throws `remote-conflict` where there are several and nothing decides.
 */
export function chooseRemote(
  settings: GitSettings,
  { branch, label }: { readonly branch: string | undefined; readonly label: string },
): string | undefined {
  const remotes = new Set(
    [...settings].flatMap(([key, values]) => {
      const name = /^remote\.(.*)\.(?:push)?url$/.exec(key)?.[1];
      return name !== undefined && values.some((value) => value !== '') ? [name] : [];
    }),
  );
  // Which of these is the main branch is known only when the remote is.
  const branches = branch === undefined ? ['main', 'master', 'trunk'] : [branch];
  const decided = [
    ...branches.map((each) => `branch.${each}.pushremote`),
    'remote.pushdefault',
    ...branches.map((each) => `branch.${each}.remote`),
  ]
    .map((key) => settings.get(key)?.at(-1))
    .find((name) => name !== undefined && remotes.has(name));
  if (decided !== undefined) return decided;
  if (remotes.size <= 1) return [...remotes][0];
  if (remotes.has('origin')) return 'origin';
  throw new BitiqError({
    code: 'remote-conflict',
    message: `${label} has the remotes ${[...remotes].join(', ')}, and no setting says which of them has the main branch.`,
    fix: `Name the repository with --repo URL, or tell Git: \`git config branch.${branches[0]}.remote ${[...remotes][0]}\`.`,
  });
}
