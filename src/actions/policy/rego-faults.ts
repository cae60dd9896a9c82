import type { Finding } from '../../model/finding.ts';

/** An error as `opa eval --format json` prints it. */
export interface RegoError {
  readonly message: string;
  readonly code?: string;
  readonly location?: { readonly file: string; readonly row: number };
}

/** Rules that look as if they decided something, where nothing reads them: another package, or `violation`. */
export function unreadRules(file: string, text: string): Finding[] {
  const name =
    /^package\s+([\w.]+)/.exec(text.split('\n').find((line) => line.startsWith('package')) ?? '')?.[1] ?? '';
  const isRead = name === 'bitiq' || name.startsWith('bitiq.');
  const lines = text.split(/\r?\n/);
  // Conftest reads names such as deny_latest, too.
  const rule = isRead
    ? /^(?:violation(?:_\w+)?|(?:deny|warn)_\w+)(?!\w)/
    : /^(?:deny|warn|violation)(?:_\w+)?(?!\w)/;
  const line = lines.findIndex((each) => rule.test(each));
  if (line < 0) return [];
  const named = rule.exec(lines[line]!)?.[0] ?? 'violation';
  return [
    {
      code: 'policy-invalid',
      severity: 'error',
      place: { file, line: line + 1, sourceLine: lines[line] },
      message: isRead
        ? `${file} has a rule ${named}, which is not read: only deny and warn are.`
        : `${file} is of the package ${name}, which is not read: only packages below bitiq are.`,
      fix: isRead ? 'Call the rule deny or warn.' : `Write \`package bitiq.${name}\`.`,
    },
  ];
}

/** A rule whose decision is neither a set nor a list. */
export function unclearRule(file: string, name: string, rule: string): Finding {
  return {
    code: 'policy-invalid',
    severity: 'error',
    place: { file },
    message: `${rule} of the package ${name} is not a set or list, so bitiq cannot tell what it decides.`,
    fix: `Write \`${rule} contains "why" if { … }\`.`,
  };
}

/** What `opa` says of a file that it cannot evaluate. */
export function brokenFile({ message, location, code }: RegoError): Finding {
  // opa names the file in the temporary folder that it was given.
  const file = location?.file.replace(/^.*?(?=policies\/)/, '') ?? 'policies';
  return {
    code: code === 'eval_cancel_error' ? 'policy-not-evaluated' : 'policy-invalid',
    severity: 'error',
    // Of a file without a line opa says line 0.
    place: { file, line: location?.row || undefined },
    message: `${file} cannot be evaluated: opa says ${JSON.stringify(message)}.`,
    fix: 'Correct the file at the place shown.',
  };
}

/** A file that decided nothing, and why. */
export function notEvaluated(file: string, why: string): Finding {
  return {
    code: 'policy-not-evaluated',
    severity: 'error',
    place: { file },
    message: `${file} was not evaluated: ${why}.`,
    fix: 'Install opa (openpolicyagent.org) on PATH, and run the command again.',
  };
}
