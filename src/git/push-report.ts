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
