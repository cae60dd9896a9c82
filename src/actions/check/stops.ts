import type { Config } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { describeFreeze, freezesOverlap, freezesSchema } from '../../model/freeze.ts';
import { endless, holdsSchema, isExpired } from '../../model/hold.ts';
import type { Tree } from '../../git/tree.ts';
import { placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { validateYaml } from '../../yaml/validate.ts';
import { readFreezesSource, readHoldsSource } from '../read/read-stops.ts';

/** Findings about the holds and freezes of all environments: unreadable, of unknown services, doubled, overlapping, and (warnings) ended. */
export async function checkStops(
  tree: Tree,
  config: Config,
  options: { readonly now: Date; readonly faultyServices?: readonly string[] },
): Promise<Finding[]> {
  const { now } = options;
  const parts = await Promise.all(
    config.environments.flatMap(({ name }) => [
      collect(async () => checkHoldsFile(await readHoldsSource(tree, name), name, config, options)),
      collect(async () => checkFreezesFile(await readFreezesSource(tree, name), name, now)),
    ]),
  );
  return parts.flat();
}

function checkHoldsFile(
  source: YamlSource,
  environment: string,
  config: Config,
  { now, faultyServices = [] }: { readonly now: Date; readonly faultyServices?: readonly string[] },
): Finding[] {
  const { value, findings } = validateYaml(source, holdsSchema, 'stop-invalid');
  if (value === undefined) return [...findings];
  const services = config.services.map((service) => service.name);
  const first = new Map<string, number>();
  return value.holds.flatMap((hold, index): Finding[] => {
    const place = placeOf(source, ['holds', index, 'service']);
    const undo = `\`bitiq unhold ${environment} ${hold.service}\` removes it.`;
    if (![...services, ...faultyServices].includes(hold.service)) {
      const message = `${source.file} holds ${hold.service}, and bitiq.yaml has no service of that name.`;
      return [
        {
          code: 'stop-invalid',
          severity: 'error',
          place,
          message,
          fix: suggestion(hold.service, services),
        },
      ];
    }
    if (isExpired(hold.until, now)) {
      const message = `The hold on ${hold.service} in ${environment} ended at ${hold.until} and has no effect any more.`;
      return [
        {
          code: 'stop-invalid',
          severity: 'warning',
          place: placeOf(source, ['holds', index, 'until']),
          message,
          fix: undo,
        },
      ];
    }
    const earlier = first.get(hold.service);
    if (earlier === undefined) {
      first.set(hold.service, index);
      return [];
    }
    const message = `${source.file} has two holds on ${hold.service}: holds[${earlier}] and this one.`;
    return [{ code: 'stop-conflict', severity: 'error', place, message, fix: 'Remove one of the two.' }];
  });
}

function checkFreezesFile(source: YamlSource, environment: string, now: Date): Finding[] {
  const { value, findings } = validateYaml(source, freezesSchema, 'stop-invalid');
  if (value === undefined) return [...findings];
  const { freezes } = value;
  return freezes.flatMap((freeze, index): Finding[] => {
    const at = (...path: KeyPath) => placeOf(source, ['freezes', index, ...path]);
    if (isExpired(freeze.until, now)) {
      const message = `A freeze of ${environment} ended at ${freeze.until} and has no effect any more: ${endless(freeze.reason)}.`;
      const fix = `\`bitiq thaw ${environment}\` removes it.`;
      return [{ code: 'stop-invalid', severity: 'warning', place: at('until'), message, fix }];
    }
    const earlier = freezes.findIndex((other) => freezesOverlap(other, freeze, now));
    if (earlier >= index) return [];
    const message = `Two freezes of ${environment} overlap: freezes[${earlier}] and this one. ${describeFreeze(environment, { freeze, until: freeze.until })}.`;
    return [
      {
        code: 'stop-conflict',
        severity: 'error',
        place: at(),
        message,
        fix: 'Remove one of the two, or give them other times.',
      },
    ];
  });
}

async function collect(run: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BitiqError) || error.place === undefined) throw error;
    const { code, message, fix, place } = error;
    return [{ code, severity: 'error', place, message, fix }];
  }
}
