import { isAllowedIn } from '../../model/allowed-environments.ts';
import type { EnvironmentConfig, ServiceConfig } from '../../model/config.ts';
import type { Stop } from '../../model/explanation.ts';
import { findFlap } from '../../model/flap.ts';
import { describeFreeze, describeHold, freezeInForce, holdsInForce } from '../../model/stops.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { describeRefusal, type TagChoice } from './choose-tags.ts';
import { describeAbsence, readLedger } from '../read/ledger.ts';
import { readHealth } from '../read/read-health.ts';
import { readHoldsAndFreezes } from '../read/read-stops.ts';
import { readProposal } from './read-proposal.ts';
import { readTreeCombination } from '../read/read-state.ts';

/** The first thing that keeps a newer tag of a service out of an environment that does not run it. */
export async function findStop(
  repository: Repository,
  at: {
    readonly head: string;
    readonly now: Date;
    readonly environment: EnvironmentConfig;
    readonly service: ServiceConfig;
    /** What it runs there. */
    readonly tag: string | undefined;
    readonly newest: string;
    /** What automation would take; undefined when images were not looked up. */
    readonly choice: TagChoice | undefined;
    /** The environment before it on the way, which runs the newest. */
    readonly from: string | undefined;
  },
): Promise<Stop> {
  const { environment, service, newest } = at;
  const { name } = environment;
  const stop = (why: Stop['why'], message: string, fix: string): Stop => ({
    why,
    environment: name,
    message,
    fix,
  });
  const tree = commitTree(repository, at.head);
  const [listed, { holds, freezes }] = await Promise.all([
    readTreeCombination(tree, name),
    readHoldsAndFreezes(tree, name),
  ]);
  if (!listed.has(service.name) && !isAllowedIn(service, name)) {
    return stop(
      'not-in-values',
      `bitiq.yaml keeps ${service.name} to ${service.environments?.join(', ')}.`,
      `Add ${name} to its \`environments\` there to let it in.`,
    );
  }
  // A promotion brings in what the environment before it has.
  if (!listed.has(service.name) && (environment.kind === 'following' || at.from === undefined)) {
    return stop(
      'not-in-values',
      await describeAbsence(repository, { head: at.head, environment, service: service.name }),
      `\`bitiq service add ${service.name} --env ${name}\` writes its entry.`,
    );
  }
  if (environment.kind === 'following' && at.choice !== undefined) {
    const faulty = at.choice.skipped.find((each) => each.tag === newest);
    if (faulty?.why === 'branch') {
      return stop(
        'rule',
        faulty.message,
        'Make sure that git can fetch that repository, or name another one with --source.',
      );
    }
    if (faulty !== undefined) return stop('image', faulty.message, 'Build and push that image again.');
    if (at.choice.change?.to !== newest && at.choice.newest === newest) {
      return stop(
        'rule',
        describeRefusal(service, newest),
        'Change the rule, or set the tag by hand with `bitiq set`.',
      );
    }
  }
  const hold = holdsInForce(holds.stops, at.now).get(service.name);
  if (hold !== undefined) {
    return stop(
      'held',
      `In ${name}, ${describeHold(hold)}.`,
      `\`bitiq unhold ${name} ${service.name}\` lifts the hold.`,
    );
  }
  const freeze = freezeInForce(freezes.stops, at.now);
  if (freeze !== undefined) {
    return stop(
      'frozen',
      `${describeFreeze(name, freeze)}.`,
      `Wait, or lift the freeze with \`bitiq thaw ${name}\`.`,
    );
  }
  const ledger = await readLedger(repository, { head: at.head, environment, limit: 100 });
  const left = findFlap(ledger, service.name, newest)?.left;
  const takenBack = left && `${left.by} took ${newest} back (${left.action}, ${left.commit.slice(0, 7)})`;
  if (environment.kind === 'pinned') {
    const proposal = await readProposal(repository, at.head, environment);
    if (proposal?.record.services.get(service.name) === newest) {
      const message = `${proposal.release} has it, and the branch ${proposal.branch} proposes that release.`;
      return stop('proposed', message, 'Merge its pull request.');
    }
    const [source = 'FROM'] = [at.from, environment.promotesFrom].filter((each) => each !== undefined);
    const command = `bitiq promote ${source} ${name} --only ${service.name}`;
    if (takenBack !== undefined) {
      const force = left?.action === 'rollback' ? ' --force' : '';
      return stop('taken-back', `${takenBack}.`, `\`${command}${force}\` brings it back.`);
    }
    const fix = `\`${command}\` promotes it.`;
    if (at.from === undefined) return stop('not-promoted', `It has not been promoted to ${name}.`, fix);
    const health = await readHealth(repository, at.from, [[service.name, newest]]);
    const isUnproven = health.began !== undefined && health.of(service.name, newest) === undefined;
    const message = `${at.from} has it, but it has not been promoted to ${name}.`;
    // A policy may refuse what was never healthy, so a promotion alone would be a fix that is refused.
    return isUnproven
      ? stop(
          'not-promoted',
          `${message} It was never recorded as healthy there.`,
          `If it is healthy there, \`bitiq healthy ${at.from} ${service.name}\` records that. Then ${fix}`,
        )
      : stop('not-promoted', message, fix);
  }
  if (takenBack !== undefined) {
    return stop(
      'flap',
      `${takenBack}, so automation does not set it again.`,
      `You can: \`bitiq set ${name} ${service.name}=${newest}\`.`,
    );
  }
  return stop('not-written', `No updater has set it in ${name} yet.`, `\`bitiq update ${name}\` sets it.`);
}
