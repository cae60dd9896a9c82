import { printAge } from '../../model/age.ts';
import type { TagChange } from '../../model/combination-diff.ts';
import type { EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import { asClause } from '../../model/stops.ts';
import type { Selection } from '../../model/select-services.ts';
import { nameOfPerson } from '../../model/name-of-person.ts';
import { findLeftReleases, findTakenBack, type TakenBack } from '../../model/taken-back.ts';
import type { Repository } from '../../git/repository.ts';
import { readLedger } from '../read/ledger.ts';
import { readRecords } from '../read/read-records.ts';

/** How many of the newest moves of an environment are looked at. */
const moves = 100;

/**
 * What to say about rollbacks that a new release undoes: it brings back versions, or by the digest of its manifests a whole release,
 * that somebody took back. What a person took back by an edit is told alone. Throws `release-rolled-back` without `force`: who went back had a reason.
 */
export async function requireNotTakenBack(
  repository: Repository,
  options: {
    readonly head: string;
    readonly action: 'promote' | 'set';
    readonly environment: EnvironmentConfig;
    readonly changes: readonly TagChange[];
    /** `sha256:<hex>` of what the new release renders to; undefined while that is not known. */
    readonly manifests: string | undefined;
    /** The part that a promotion was told to take. */
    readonly selection?: Selection | undefined;
    readonly force: boolean;
    readonly now: Date;
  },
): Promise<string[]> {
  const { head, environment, changes, manifests, now } = options;
  const ledger = await readLedger(repository, { head, environment, limit: moves });
  // A person's own edit gives no reason, so that it is undone is told and not refused.
  const byHand = findTakenBack(ledger, changes, 'edit').map((each) => describe(each, environment.name, now));
  let found = findTakenBack(ledger, changes);
  if (found.length === 0 && changes.length === 0 && manifests !== undefined) {
    const left = findLeftReleases(ledger);
    const names = left.map((each) => each.left ?? '');
    const records = await readRecords(repository, environment.name, names);
    found = left.filter((each) => records.get(each.left ?? '')?.manifestDigest === manifests).slice(0, 1);
  }
  if (found.length === 0) return byHand;
  const told = found.map((each) => describe(each, environment.name, now));
  if (options.force) return [...told, ...byHand];
  const services = [...new Set(found.flatMap((each) => each.changes.map(({ service }) => service)))];
  const them = services.length === 1 ? 'it' : 'them';
  throw new BitiqError({
    code: 'release-rolled-back',
    message: told.join(' '),
    fix:
      services.length === 0
        ? 'Fix what was wrong with it first, or bring it back anyway with --force.'
        : options.action === 'set'
          ? `Set newer versions of ${services.join(', ')}, or bring ${them} back anyway with --force.`
          : `Promote newer versions of ${services.join(', ')}${leaveOut(services, options.selection ?? {})}, or bring ${them} back anyway with --force.`,
  });
}

/** How the command leaves services out, in the options that it was given; --only and --except go not together. */
function leaveOut(services: readonly string[], { only, except = [], set }: Selection): string {
  const them = services.length === 1 ? 'it' : 'them';
  const byTag = services.filter((service) => set?.has(service));
  if (byTag.length > 0) return `, or leave ${byTag.join(', ')} out of --set`;
  if (only === undefined) return `, or leave ${them} out with --except ${[...except, ...services].join(',')}`;
  const rest = only.filter((service) => !services.includes(service));
  return rest.length === 0 ? '' : `, or leave ${them} out with --only ${rest.join(',')}`;
}

function describe({ rollback, left, changes }: TakenBack, environment: string, now: Date): string {
  const by = nameOfPerson(rollback.by);
  const when = `${printAge(new Date(rollback.date), now)} ago${rollback.action === 'edit' ? ' by hand' : ''}`;
  const why = rollback.reason === undefined ? '' : `: ${asClause(rollback.reason)}`;
  const what = changes.map(({ service, to }) => `${service} ${to}`).join(', ');
  const release = left ?? `what ${environment} ran`;
  return what === ''
    ? `This is ${release}, which ${by} took back ${when}${why}.`
    : `This brings ${what} of ${release} back, which ${by} took back ${when}${why}.`;
}
