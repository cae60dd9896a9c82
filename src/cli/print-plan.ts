import type { SharedContext } from './common-options.ts';
import type { TagChange } from '../model/combination-diff.ts';
import type { ObjectCount, Plan, ValueEdit } from '../model/plan.ts';
import { describeSkipped } from '../model/release.ts';
import type { Applied } from '../actions/plan/apply-plan.ts';
import { painter, printTable, type Paint } from './print.ts';

/** Prints what a write did, or with --dry-run what it would do: JSON (with `more` in it) or text on stdout. */
export function reportApplied(
  context: SharedContext,
  applied: Applied,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { plan } = applied.prepared;
  const dryRun = context.options.dryRun === true;
  const proposes = context.options.pr === true;
  const done = proposes ? hasProposed(applied) : !dryRun && plan.commits.length > 0;
  if (context.options.json === true) {
    const warnings = applied.warnings.length > 0 ? { warnings: applied.warnings } : {};
    const pull = proposes ? { pullRequest: applied.pullRequest ?? null } : {};
    context.out(JSON.stringify({ done, head: applied.head, plan, ...warnings, ...more, ...pull }, null, 2));
    return;
  }
  const paint = painter(context.colour);
  context.out(printPlan(plan, paint, applied.branch));
  if (proposes) noteProposed(context, applied);
  else if (plan.commits.length === 0) context.note('Nothing to do. Nothing was changed.');
  else if (dryRun) context.note('This is a plan. Nothing was changed.');
  else {
    const at = applied.head.slice(0, 7);
    context.note(
      applied.isLone
        ? `Done: ${applied.branch} here is at ${at}${raceNote(applied)}; this checkout has no remote.`
        : `Done in one push: ${applied.branch} is at ${at}${raceNote(applied)}.`,
    );
  }
  for (const warning of applied.warnings) context.note(`Warning: ${warning}`);
}

function hasProposed({ proposed, pullRequest }: Applied): boolean {
  return proposed !== undefined || (pullRequest !== undefined && pullRequest.state !== 'unchanged');
}

/** What came of --pr. */
function noteProposed(context: SharedContext, applied: Applied): void {
  const { pullRequest, proposed, openBefore, branch, links = [] } = applied;
  const { proposal } = applied.prepared.plan;
  for (const note of pullRequest?.notes ?? []) context.note(note);
  if (context.options.dryRun === true) {
    if (proposal && openBefore !== undefined) context.note(`Pull request #${openBefore} is open.`);
    context.note('This is a plan. Nothing was changed.');
    return;
  }
  if (proposed !== undefined)
    context.note(
      `Pushed at once: ${proposal!.branch} is at ${proposed.slice(0, 7)}; ${branch} was not changed.`,
    );
  if (pullRequest === undefined && proposal !== undefined) {
    const where = links.length > 0 ? `: ${links[0]}` : ' where the repository is.';
    context.note(`Open a pull request of ${proposal.branch} into ${branch}${where}`);
  }
  if (!hasProposed(applied)) {
    context.note(
      `${pullRequest ? `Pull request ${pullRequest.url} is open. ` : ''}Nothing to do. Nothing was changed.`,
    );
  } else if (pullRequest !== undefined) {
    const did = { opened: 'Opened', updated: 'Updated', unchanged: 'Open already:' }[pullRequest.state];
    context.note(`${did} ${pullRequest.url}`);
  }
}

/** A plan as a person reads it. */
export function printPlan(plan: Plan, paint: Paint, branch = 'main'): string {
  const to = plan.to ?? (plan.commits.length === 0 ? plan.from : `a new commit of ${branch}`);
  // A hold or a freeze moves nothing.
  const move = plan.to === plan.from && plan.commits.length > 0 ? `at ${to}` : `${plan.from} → ${to}`;
  const lines = [paint('bold', `${plan.environment}: ${plan.action} ${move}`)];
  if (plan.changes.length > 0) lines.push(printChanges(plan.changes, paint));
  for (const { kind, path } of plan.chartChanges ?? []) lines.push(`  ${kind}  ${path}`);
  if (plan.objects) lines.push(printObjectCount(plan.objects));
  for (const each of plan.skipped ?? []) lines.push(paint('yellow', `skipped: ${describeSkipped(each)}`));
  for (const note of plan.notes) lines.push(note);
  for (const commit of plan.commits) {
    const where =
      commit.on === 'release'
        ? `commit of the release${plan.tag ? `, tag ${plan.tag.name}` : ''}`
        : `commit on ${plan.proposal?.branch ?? branch}`;
    lines.push(`${where}: ${commit.subject}`);
    for (const edit of commit.edits) {
      lines.push(`  ${edit.path}:${edit.line}  ${edit.keyPath}: ${printEdit(edit)}`);
    }
  }
  if (plan.proposal) {
    const { branch: proposed, title, isBranchOnly } = plan.proposal;
    lines.push(
      isBranchOnly
        ? `branch ${proposed}, without a pull request, as this is not GitHub: ${title}`
        : `pull request of ${proposed}: ${title}`,
    );
  }
  if (plan.manifestDigest !== undefined) lines.push(`manifests: ${plan.manifestDigest}`);
  return lines.join('\n');
}

function printObjectCount({ added, removed, changed, same }: ObjectCount): string {
  const parts = [
    ...(changed > 0 ? [`${changed} changed`] : []),
    ...(added > 0 ? [`${added} added`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
  ];
  return `objects: ${parts.join(', ') || 'none changed'}, ${same} the same`;
}

/** The changed services as a table with an arrow and a word for the direction; of two environments also which of them has a service. */
export function printChanges(
  changes: readonly TagChange[],
  paint: Paint,
  environments?: { readonly from: string; readonly to: string },
): string {
  const [none, removed] = environments
    ? [`(not in ${environments.from})`, `(not in ${environments.to})`]
    : ['(none)', '(removed)'];
  const words = environments
    ? { added: `only in ${environments.to}`, removed: `only in ${environments.from}` }
    : { added: 'added', removed: 'removed' };
  return printTable(
    changes.map(({ service, from, to, kind }) => {
      const word = kind === 'added' || kind === 'removed' ? words[kind] : kind;
      const isBack = kind === 'downgrade' || (kind === 'removed' && !environments);
      return [`  ${service}`, from ?? none, '→', to ?? removed, isBack ? paint('yellow', word) : word];
    }),
  );
}

function printEdit({ keyPath, before, after }: ValueEdit): string {
  const isEntry = keyPath.endsWith(']');
  if (isEntry && before === '') return `added ${after}`;
  if (isEntry && after === '') return `removed ${before}`;
  return `${shorten(before) || '(none)'} → ${shorten(after) || '(removed)'}`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function raceNote(applied: Applied): string {
  return applied.races === 0 ? '' : `, after ${applied.races} lost race${applied.races === 1 ? '' : 's'}`;
}
