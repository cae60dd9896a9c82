import { paths, type Config, type ServiceConfig } from './config.ts';
import { suggestion } from './did-you-mean.ts';
import { BitiqError } from './errors.ts';

/** The service of that name in bitiq.yaml; throws `service-missing` with a suggestion. */
export function requireService({ services }: Config, name: string): ServiceConfig {
  const found = services.find((service) => service.name === name);
  if (found) return found;
  throw missingService(
    name,
    paths.config,
    services.map((service) => service.name),
  );
}

/** The error of a service that is not in a place, such as an environment or a file, with what it may have meant. */
export function missingService(name: string, place: string, known: Iterable<string>): BitiqError {
  return new BitiqError({
    code: 'service-missing',
    message: `There is no service ${JSON.stringify(name)} in ${place}.`,
    fix: suggestion(name, [...known]),
  });
}
