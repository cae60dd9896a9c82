import type { ServiceConfig } from './config.ts';

/**
 * The services whose repositories are built, one for each image: of several services with one image, such as web and worker, the first
 * in the order of bitiq.yaml, with the example that any of them has.
 */
export function builtServices(services: readonly ServiceConfig[]): ServiceConfig[] {
  const built = new Map<string, ServiceConfig>();
  for (const service of services) {
    const first = built.get(service.image) ?? service;
    const example = first.example ?? service.example;
    built.set(service.image, example === undefined ? first : { ...first, example });
  }
  return [...built.values()];
}

/** The name of the service whose build makes the image of a service: its own, where it shares it with none before it. */
export function builderOf(services: readonly ServiceConfig[], service: string): string {
  const image = services.find(({ name }) => name === service)?.image;
  return services.find((each) => each.image === image)?.name ?? service;
}
