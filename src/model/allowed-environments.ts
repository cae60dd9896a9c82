import type { Config, ServiceConfig } from './config.ts';

/** Whether bitiq.yaml lets a service come into an environment: any, where it names none. */
export function isAllowedIn(service: ServiceConfig | undefined, environment: string): boolean {
  return service?.environments?.includes(environment) ?? true;
}

/** The services that bitiq.yaml keeps out of an environment. */
export function keptOutOf(config: Config, environment: string): string[] {
  return config.services.filter((service) => !isAllowedIn(service, environment)).map(({ name }) => name);
}

/** `bitiq.yaml keeps mock to dev, test.` */
export function describeKept(config: Config, service: string): string {
  const { environments = [] } = config.services.find(({ name }) => name === service) ?? {};
  return `bitiq.yaml keeps ${service} to ${environments.join(', ')}.`;
}
