import { printValue } from '../../model/print-value.ts';
import type { ReleaseDiff } from '../diff.ts';
import type { LinkedCommit, ServiceCommits } from './compare-commits.ts';
import type { ManifestDiff, ObjectChange } from './compare-manifests.ts';
import type { PolicyDiff } from './compare-policies.ts';
import { printSide } from './resolve-side.ts';

/** What GitHub takes as the body of a pull request or comment, in characters. */
export const bodyLimit = 65_536;

/**
 * A comparison as GitHub Markdown for a pull request: the versions as a table, the rest collapsed. Nothing of it can mention a
 * person, close an issue or break out of its place. At most `limit` characters: what does not fit is left out, and said.
 */
export function printDiffMarkdown(diff: ReleaseDiff, limit = bodyLimit): string {
  const parts = [
    `### ${code(printSide(diff.a))} → ${code(printSide(diff.b))}`,
    versions(diff),
    // What may stop a release comes before what may be too long.
    ...(diff.policies ? [policies(diff.policies)] : []),
    ...(diff.commits ?? []).map((each) => commits(each)),
    ...(diff.manifests ? manifests(diff.manifests) : []),
  ];
  const cut = '_More differs than fits here: `bitiq diff` shows it all._';
  const kept: string[] = [];
  let room = limit - cut.length - 4;
  for (const part of parts) {
    room -= part.length + 2;
    if (room < 0) return [...kept, cut].join('\n\n') + '\n';
    kept.push(part);
  }
  return kept.join('\n\n') + '\n';
}

function versions({ changes, same }: ReleaseDiff): string {
  if (changes.length === 0) return `No version differs; ${same} are the same.`;
  const rows = changes.map(({ service, from, to, kind }) => {
    const shown = kind === 'upgrade' ? kind : `**${kind}**`;
    return `| ${service} | ${from ? code(from) : '–'} | ${to ? code(to) : '–'} | ${shown} |`;
  });
  const heading = '| service | before | after | |\n| --- | --- | --- | --- |';
  return `${heading}\n${rows.join('\n')}\n\n${changes.length} differ, ${same} the same.`;
}

function commits(each: ServiceCommits): string {
  if (each.state === 'one-sided')
    return `**${each.service}** is ${each.kind}: there is nothing to compare with.`;
  if (each.state === 'unreachable') {
    return `**${each.service}**: ⚠ the commits are not known, since the source is not reachable: ${plain(each.why)}.`;
  }
  const { added, removed, addedCount, removedCount } = each;
  const lines = [
    ...added.map((commit) => `- ${commitLine(commit)}`),
    ...(addedCount > added.length ? [`- … and ${addedCount - added.length} more`] : []),
    ...removed.map((commit) => `- ${commitLine(commit)} (**taken back**)`),
    ...(removedCount > removed.length ? [`- … and ${removedCount - removed.length} more taken back`] : []),
  ];
  const back = removedCount > 0 ? `, ${removedCount} taken back` : '';
  return details(`${each.service}: ${count(addedCount, 'commit')}${back}`, lines.join('\n'));
}

function commitLine({ sha, subject, author, link }: LinkedCommit): string {
  const short = code(sha.slice(0, 7));
  return `${link === undefined ? short : `[${short}](${link})`} ${plain(subject)} – ${plain(author)}`;
}

function manifests(diff: ManifestDiff): string[] {
  const groups = new Map<string, ObjectChange[]>();
  for (const change of diff.objects) {
    const group = change.service ?? 'the whole release';
    groups.set(group, [...(groups.get(group) ?? []), change]);
  }
  const stamps = diff.stamps.map(
    ({ key, before, after, objects }) =>
      `- on ${count(objects, 'object')}: ${code(key)}: ${code(printValue(before, 60))} → ${code(printValue(after, 60))}`,
  );
  return [
    ...[...groups].map(([group, changes]) =>
      details(`${group}: ${count(changes.length, 'object')}`, changes.map(objectLines).join('\n')),
    ),
    [`${count(diff.objects.length, 'object')} changed, ${diff.same} the same.`, ...stamps].join('\n'),
  ];
}

function objectLines({ object, kind, fields }: ObjectChange): string {
  if (kind !== 'changed') return `- ${code(object)} ${kind}`;
  const lines = fields.map(
    ({ path, before, after }) =>
      `  - ${code(path)}: ${code(printValue(before, 120))} → ${code(printValue(after, 120))}`,
  );
  return [`- ${code(object)}`, ...lines].join('\n');
}

function policies({ policies: judging, changes, passing, faults }: PolicyDiff): string {
  if (judging + faults.length === 0) return 'There are no policies.';
  const number = (kind: string) => changes.filter((each) => each.kind === kind).length;
  const told = `${number('new')} new, ${number('fixed')} fixed, ${number('same')} the same, ${passing} fail on neither side`;
  const lines = [
    ...changes.map(({ kind, service, policy, object, denies, message, before }) => {
      const mark = { new: denies ? '❌ **new**' : '⚠ **new**', fixed: '✅ fixed', same: 'the same' }[kind];
      return `- ${mark}: ${service ?? 'the whole release'}: ${code(policy)}${denies ? '' : ' (warning)'} on ${code(object)}: ${plain(message)}${before === undefined ? '' : ` (before: ${plain(before)})`}`;
    }),
    ...faults.map(({ message }) => `- ${plain(message)}`),
  ];
  return lines.length === 0 ? `Policies: ${told}.` : details(`policies: ${told}`, lines.join('\n'));
}

function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A code span around any text: a fence longer than every run of backticks inside. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const inside = longest > 0 ? ` ${line} ` : line;
  return `${fence}${inside}${fence}`;
}

/** Any text as one line that is not markup: a zero-width space after @ and # keeps GitHub from telling people and from closing issues. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()<>|~]/g, '\\$&')
    .replace(/[@#]/g, '$&\u200B')
    .replace(/(https?|www)(:|\.)/g, '$1\u200B$2');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
