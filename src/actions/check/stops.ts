import type { Config } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import type { Finding } from '../../model/finding.ts';
import {
  asClause,
  describeFreeze,
  freezesOverlap,
  isExpired,
  type Freeze,
  type Hold,
} from '../../model/stops.ts';
import type { Tree } from '../../git/tree.ts';
import { placeOf, type KeyPath } from '../../yaml/source.ts';
import { freezeKind, holdKind, readStopsSource, type StopKind } from '../read/read-stops.ts';
import { collectFindings } from './collect.ts';

/** What is wrong with one entry; `at` is the key that it is about. */
interface Fault extends Pick<Finding, 'code' | 'message' | 'fix'> {
  /** Default: `error`. */
  readonly severity?: 'warning';
  readonly at?: KeyPath;
}

/** What one kind of stop says about one of its entries. */
interface Judge<T> {
  /** What is told of an entry that has ended. */
  readonly ended: (stop: T) => Fault;
  /** Faults that count whether or not the entry has ended, and those that count only while it has effect. */
  readonly always?: (stop: T) => Fault | undefined;
  readonly inForce: (stop: T, index: number, stops: readonly T[]) => Fault | undefined;
}

/** Findings about the holds and freezes of all environments: unreadable, of unknown services, doubled, overlapping, and (warnings) ended. */
export async function checkStops(
  tree: Tree,
  config: Config,
  options: { readonly now: Date; readonly faultyServices?: readonly string[] },
): Promise<Finding[]> {
  const { now, faultyServices = [] } = options;
  const services = config.services.map(({ name }) => name);
  const parts = await Promise.all(
    config.environments.flatMap(({ name }) => [
      checkFile(tree, { environment: name, kind: holdKind, now }, (file) =>
        judgeHold({ file, environment: name, now, services, known: [...services, ...faultyServices] }),
      ),
      checkFile(tree, { environment: name, kind: freezeKind, now }, () => judgeFreeze(name, now)),
    ]),
  );
  return parts.flat();
}

function checkFile<T extends Hold | Freeze>(
  tree: Tree,
  at: { readonly environment: string; readonly kind: StopKind<T>; readonly now: Date },
  judgeOf: (file: string) => Judge<T>,
): Promise<readonly Finding[]> {
  return collectFindings(async () => {
    const source = await readStopsSource(tree, at.environment, at.kind);
    const { stops, findings } = at.kind.validate(source);
    if (stops === undefined) return findings;
    const judge = judgeOf(source.file);
    return stops.flatMap((stop, index): Finding[] => {
      const hasEnded = isExpired(stop.until, at.now);
      const fault =
        judge.always?.(stop) ?? (hasEnded ? judge.ended(stop) : judge.inForce(stop, index, stops));
      if (fault === undefined) return [];
      const { at: key = [], severity = 'error', ...told } = fault;
      return [{ ...told, severity, place: placeOf(source, [at.kind.key, index, ...key]) }];
    });
  });
}

function judgeHold(at: {
  readonly file: string;
  readonly environment: string;
  readonly now: Date;
  /** The services of bitiq.yaml, and those with the ones whose entries there have faults. */
  readonly services: readonly string[];
  readonly known: readonly string[];
}): Judge<Hold> {
  const { file, environment, now } = at;
  return {
    always: ({ service }) =>
      at.known.includes(service)
        ? undefined
        : {
            code: 'stop-invalid',
            at: ['service'],
            message: `${file} holds ${service}, and bitiq.yaml has no service of that name.`,
            fix: suggestion(service, at.services),
          },
    ended: ({ service, until }) => ({
      code: 'stop-invalid',
      severity: 'warning',
      at: ['until'],
      message: `The hold on ${service} in ${environment} ended at ${until} and no longer has any effect.`,
      fix: `\`bitiq unhold ${environment} ${service}\` removes it.`,
    }),
    inForce: ({ service }, index, holds) => {
      const earlier = holds.findIndex((each) => each.service === service && !isExpired(each.until, now));
      if (earlier >= index) return undefined;
      return {
        code: 'stop-conflict',
        at: ['service'],
        message: `${file} has two holds on ${service}: holds[${earlier}] and this one.`,
        fix: 'Remove one of the two.',
      };
    },
  };
}

function judgeFreeze(environment: string, now: Date): Judge<Freeze> {
  return {
    ended: ({ until, reason }) => ({
      code: 'stop-invalid',
      severity: 'warning',
      at: ['until'],
      message: `A freeze of ${environment} ended at ${until} and no longer has any effect: ${asClause(reason)}.`,
      fix: `\`bitiq thaw ${environment}\` removes it.`,
    }),
    inForce: (freeze, index, freezes) => {
      const earlier = freezes.findIndex((other) => freezesOverlap(other, freeze, now));
      if (earlier < 0 || earlier >= index) return undefined;
      return {
        code: 'stop-conflict',
        message: `Two freezes of ${environment} overlap: freezes[${earlier}] and this one. ${describeFreeze(environment, { freeze, until: freeze.until })}.`,
        fix: 'Remove one of the two, or give them other times.',
      };
    },
  };
}
