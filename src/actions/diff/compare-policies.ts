/** What one policy says about one rendered object. */
export interface PolicyVerdict {
  readonly policy: string;
  /** Such as `Deployment/toy-web`. */
  readonly object: string;
  readonly result: 'pass' | 'fail' | 'skip';
  readonly message?: string | undefined;
}

/** Judges the output of `helm template` by the repository's policies. */
export type JudgeManifests = (manifests: string) => Promise<readonly PolicyVerdict[]>;

/** One verdict that is not the same on both sides; a side that does not have it is undefined. */
export interface VerdictChange {
  readonly policy: string;
  readonly object: string;
  readonly before: PolicyVerdict | undefined;
  readonly after: PolicyVerdict | undefined;
}

/** How the verdicts on two renderings differ; `evaluated` is false where nothing judges, and `note` says so. */
export type PolicyDiff =
  | { readonly evaluated: false; readonly note: string }
  | { readonly evaluated: true; readonly changes: readonly VerdictChange[]; readonly same: number };

/** Compares what the policies say about two renderings. Without a judge it says that nothing was evaluated. */
export async function comparePolicies(
  judge: JudgeManifests | undefined,
  renderings: () => Promise<readonly [before: string, after: string]>,
): Promise<PolicyDiff> {
  if (judge === undefined) return { evaluated: false, note: 'No policies are evaluated yet.' };
  const [before, after] = await Promise.all(
    (await renderings()).map(async (text) => byName(await judge(text))),
  );
  const changes: VerdictChange[] = [];
  let same = 0;
  for (const name of [...new Set([...before!.keys(), ...after!.keys()])].sort()) {
    const [was, is] = [before!.get(name), after!.get(name)];
    if (was?.result === is?.result && was?.message === is?.message) same++;
    else changes.push({ policy: (was ?? is)!.policy, object: (was ?? is)!.object, before: was, after: is });
  }
  return { evaluated: true, changes, same };
}

function byName(verdicts: readonly PolicyVerdict[]): Map<string, PolicyVerdict> {
  return new Map(verdicts.map((verdict) => [`${verdict.policy}\0${verdict.object}`, verdict]));
}
