import type { Finding } from '../model/finding.ts';
import type { CommandContext } from './command.ts';
import { painter, printPlace, type Paint } from './print.ts';

/** A finding as `check` and `verify` print it: severity, code and sentence, the place, the fix. */
export function printFinding(finding: Finding, paint: Paint): string {
  const severity = finding.severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning');
  return [
    `${severity}[${finding.code}]: ${finding.message}`,
    ...printPlace(finding.place, paint),
    `  ${paint('green', 'fix')}: ${finding.fix}`,
  ].join('\n');
}

/** Says on stderr what is wrong with the data on stdout. */
export function noteFindings(context: CommandContext, findings: readonly Finding[]): void {
  for (const finding of findings) context.note(printFinding(finding, painter(context.colour)));
}
