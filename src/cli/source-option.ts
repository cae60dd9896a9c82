import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builderOf } from '../model/built-services.ts';
import type { Config } from '../model/config.ts';
import { suggestion } from '../model/did-you-mean.ts';
import { BitiqError } from '../model/errors.ts';
import { isRemoteAddress } from '../model/remote-address.ts';
import type { SharedContext, sourceOption } from './common-options.ts';
import { stateDirectory } from './open.ts';

/** What --source says; for the loop's own repository, the loop's remotes of the services as well. */
export function readSources(
  context: SharedContext<readonly [typeof sourceOption]>,
  config: Config,
): Map<string, string> {
  const sources = new Map<string, string>();
  const services = config.services.map((service) => service.name);
  if ((context.options.repo ?? context.env['BITIQ_REPO']) === 'loop') {
    for (const service of services) {
      const remote = join(stateDirectory(context), 'git', `${builderOf(config.services, service)}.git`);
      if (existsSync(remote)) sources.set(service, remote);
    }
  }
  for (const pair of context.options.source ?? []) {
    const split = pair.indexOf('=');
    const [service, location] = [pair.slice(0, split), pair.slice(split + 1)];
    if (split < 1 || location === '')
      throw badSource(`${JSON.stringify(pair)} is not service=path or service=URL.`);
    if (!services.includes(service)) {
      throw badSource(`bitiq.yaml has no service ${JSON.stringify(service)}.`, suggestion(service, services));
    }
    sources.set(service, isRemoteAddress(location) ? location : resolve(context.cwd, location));
  }
  return sources;
}

function badSource(message: string, fix = 'Write for example `--source web=../web`.'): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}
