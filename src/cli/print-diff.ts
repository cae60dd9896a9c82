import type { ReleaseDiff } from '../actions/diff.ts';
import type { LinkedCommit, ServiceCommits } from '../actions/diff/compare-commits.ts';
import type { ManifestDiff, ObjectChange } from '../actions/diff/compare-manifests.ts';
import type { PolicyDiff } from '../actions/diff/compare-policies.ts';
import { printSide } from '../actions/diff/resolve-side.ts';
import { printValue } from '../model/print-value.ts';
import type { Paint } from './print.ts';
import { printChanges } from './print-plan.ts';

/** A comparison as a person reads it on a terminal. */
export function printDiff(diff: ReleaseDiff, paint: Paint): string {
  return [
    paint('bold', `${printSide(diff.a)} → ${printSide(diff.b)}`),
    ...(diff.changes.length > 0 ? [printChanges(diff.changes, paint, environmentsOf(diff))] : []),
    `${count(diff.changes.length, 'version')} ${diff.changes.length === 1 ? 'differs' : 'differ'}, ${diff.same} the same`,
    ...(diff.commits ? ['', paint('bold', 'commits'), ...printCommits(diff.commits, paint)] : []),
    ...(diff.manifests ? ['', paint('bold', 'manifests'), ...printManifests(diff.manifests, paint)] : []),
    ...(diff.policies ? ['', paint('bold', 'policies'), ...printPolicies(diff.policies, paint)] : []),
  ].join('\n');
}

/** The names of two sides that are of different environments. */
function environmentsOf({ a, b }: ReleaseDiff): { readonly from: string; readonly to: string } | undefined {
  if (a.environment === undefined || b.environment === undefined || a.environment === b.environment)
    return undefined;
  return { from: a.environment, to: b.environment };
}

/** A comparison as data for `--json`: absent keys are absent values. */
export function diffToJson(diff: ReleaseDiff): unknown {
  const side = ({ name, release, environment, commit, findings, at }: ReleaseDiff['a']) => ({
    name,
    release: release ?? null,
    environment: environment ?? null,
    commit: commit ?? null,
    findings,
    ...(at === undefined ? {} : { at }),
  });
  const { changes, same, commits, manifests, policies } = diff;
  return { a: side(diff.a), b: side(diff.b), changes, same, commits, manifests, policies };
}

function printCommits(services: readonly ServiceCommits[], paint: Paint): string[] {
  if (services.length === 0) return ['  no version differs'];
  return services.flatMap((each) => {
    if (each.state === 'one-sided')
      return [`  ${each.service}: ${each.kind}, so there is nothing to compare with`];
    if (each.state === 'unreachable') {
      return [`  ${each.service}: ${paint('yellow', 'not reachable')}: ${each.why}`];
    }
    const { added, removed, addedCount, removedCount } = each;
    const parts = [
      ...(addedCount > 0 ? [count(addedCount, 'commit')] : []),
      ...(removedCount > 0 ? [paint('yellow', `${count(removedCount, 'commit')} taken back`)] : []),
    ];
    return [
      `  ${each.service}: ${parts.join(', ') || 'the same commit'}  ${paint('dim', each.source)}`,
      ...added.map((commit) => printCommit('+', commit, paint)),
      ...more(addedCount - added.length),
      ...removed.map((commit) => printCommit('-', commit, paint)),
      ...more(removedCount - removed.length),
    ];
  });
}

function printCommit(mark: string, { sha, subject, author, link }: LinkedCommit, paint: Paint): string {
  const shown = `    ${mark} ${paint('yellow', sha.slice(0, 7))} ${subject} (${author})`;
  return link === undefined ? shown : `${shown}  ${paint('dim', link.replace(sha, sha.slice(0, 12)))}`;
}

function more(left: number): string[] {
  return left > 0 ? [`    … and ${left} more`] : [];
}

function printManifests(manifests: ManifestDiff, paint: Paint): string[] {
  const lines: string[] = [];
  let group: string | undefined;
  for (const change of manifests.objects) {
    const heading = change.service ?? 'the whole release';
    if (heading !== group) lines.push(`  ${heading}`);
    group = heading;
    lines.push(...printObject(change, paint));
  }
  for (const { key, before, after, objects } of manifests.stamps) {
    lines.push(
      `  on ${count(objects, 'object')}: ${key}: ${printValue(before, 60)} → ${printValue(after, 60)}`,
    );
  }
  const { length } = manifests.objects;
  lines.push(
    `  ${count(length, 'object')} ${length === 1 ? 'differs' : 'differ'}, ${manifests.same} the same`,
  );
  return lines;
}

function printObject({ object, kind, fields }: ObjectChange, paint: Paint): string[] {
  if (kind !== 'changed') return [`    ${object}  ${paint(kind === 'added' ? 'green' : 'yellow', kind)}`];
  return [
    `    ${object}`,
    ...fields.map(({ path, before, after }) => {
      return `      ${path}: ${paint('red', printValue(before, 80))} → ${paint('green', printValue(after, 80))}`;
    }),
  ];
}

function printPolicies({ policies, changes, passing, faults }: PolicyDiff, paint: Paint): string[] {
  const lines: string[] = [];
  let group: string | undefined;
  for (const { kind, service, policy, object, denies, message, before } of changes) {
    const heading = service ?? 'the whole release';
    if (heading !== group) lines.push(`  ${heading}`);
    group = heading;
    const shown =
      kind === 'new'
        ? paint(denies ? 'red' : 'yellow', kind)
        : kind === 'fixed'
          ? paint('green', kind)
          : kind;
    lines.push(
      `    ${shown}  ${policy}${denies ? '' : ' (warning)'}  ${object}: ${message}${before === undefined ? '' : ` (before: ${before})`}`,
    );
  }
  const number = (kind: string) => changes.filter((each) => each.kind === kind).length;
  return [
    ...lines,
    ...faults.map(({ message }) => `  ${paint('yellow', message)}`),
    policies + faults.length === 0
      ? '  There are no policies.'
      : `  ${number('new')} new, ${number('fixed')} fixed, ${number('same')} the same, ${passing} fail on neither side`,
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
