import { z } from 'zod';
import { parseCompatibility } from './compatibility.ts';
import { isRepositoryAddress } from './repository-address.ts';
import { serviceNamePattern } from './service-name.ts';
import { updateRuleSchema } from './update-rule.ts';

const serviceName = z.string().regex(new RegExp(serviceNamePattern), {
  message: 'must be a DNS label: lower-case letters, digits and dashes, at most 40 characters',
});
const environmentName = z.string().regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, {
  message: 'must be a DNS label: lower-case letters, digits and dashes, at most 40 characters',
});

const serviceConfig = z.strictObject({
  name: serviceName.describe('The name of the service: that of its image and its Kubernetes objects'),
  // Anyone who writes bitiq.yaml must not choose a folder or a program of the machine that reads it.
  repository: z
    .string()
    .refine(isRepositoryAddress, {
      message:
        'must be the address of a Git repository: https://…, http://…, ssh://… or git@host:path, and never a path',
    })
    .describe('The Git repository of the service: https://…, http://…, ssh://… or git@host:path'),
  image: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.:-]*(\/[a-z0-9][a-z0-9._-]*)+$/, {
      message: 'must be an image repository without a tag, such as ghcr.io/acme/shop',
    })
    .describe('The image repository, without a tag'),
  example: z
    .string()
    .regex(/^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/.][^\\\n]*$/, {
      message: 'must be a folder inside this repository',
    })
    .optional()
    .describe('A folder of this repository that `bitiq up` makes the Git repository of the service from'),
  environments: z
    .array(environmentName)
    .min(1)
    .optional()
    .describe('The only environments that it may come into; default: all'),
  pushAccount: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, {
      message: 'must be the name of a ServiceAccount, such as bitiq-push-shop',
    })
    .optional()
    .describe('The ServiceAccount whose registry login pushes its image; default: bitiq-push'),
  update: updateRuleSchema
    .optional()
    .describe('Which of its tags automation may take; default: the greatest'),
});

const environmentConfig = z
  .strictObject({
    name: environmentName.describe('The name of the environment'),
    follows: z
      .literal('main')
      .optional()
      .describe(
        'The environment runs what the head of the main branch says, whatever that branch is called; at most one environment does',
      ),
    pinned: z.literal(true).optional().describe('The environment runs the release that its pointer names'),
    promotesFrom: environmentName.optional().describe('The environment that promotions come from by default'),
    writeBack: z
      .enum(['bitiq', 'image-updater'])
      .optional()
      .describe('The one writer that moves tags in a following environment; default bitiq'),
    platforms: z
      .array(
        z
          .string()
          .regex(/^[a-z0-9]+\/[a-z0-9]+$/, { message: 'must be os/architecture, such as linux/amd64' }),
      )
      .min(1)
      .optional()
      .describe('The platforms for which every image must exist before automation takes it'),
  })
  .refine((environment) => (environment.follows === undefined) !== (environment.pinned === undefined), {
    message: 'needs either `follows: main` or `pinned: true`, and not both',
  })
  .refine((environment) => environment.platforms === undefined || environment.writeBack !== 'image-updater', {
    message:
      'the Image Updater takes a version whatever platforms its image is for; `writeBack: bitiq` looks',
    path: ['platforms'],
  })
  .refine((environment) => environment.writeBack === undefined || environment.follows !== undefined, {
    message: '`writeBack` is for a following environment: a pinned one is moved by releases alone',
    path: ['writeBack'],
  })
  .transform(({ follows, pinned, ...environment }) =>
    pinned && follows === undefined
      ? { ...environment, kind: 'pinned' as const }
      : { ...environment, kind: 'following' as const },
  );

/** The schema of bitiq.yaml: the services and the environments, each named once. */
export const configSchema = z
  .strictObject({
    services: z.array(serviceConfig).describe('The services that make up a release'),
    environments: z.array(environmentConfig).min(1).describe('The environments, in the order of promotion'),
    compatibility: z
      .array(
        z.string().refine((rule) => parseCompatibility(rule) !== undefined, {
          message: 'must be a sentence such as `web >= 2.4 needs api >= 3.1`',
        }),
      )
      .optional()
      .describe(
        'Which version of a service needs which version of another; policies/compatibility judges by it',
      ),
  })
  .superRefine((config, context) => {
    reportRepeats(config.services, 'services', context);
    reportRepeats(config.environments, 'environments', context);
    const updater = config.environments.find((environment) => environment.writeBack === 'image-updater');
    for (const [index, service] of config.services.entries()) {
      if (updater === undefined || service.update?.branch === undefined) continue;
      context.addIssue({
        code: 'custom',
        path: ['services', index, 'update', 'branch'],
        message: `the Image Updater moves the tags of ${updater.name}, and it cannot know the branch of an image; \`writeBack: bitiq\` can`,
      });
    }
    const following = config.environments.filter(({ kind }) => kind === 'following');
    if (following.length > 1) {
      context.addIssue({
        code: 'custom',
        path: ['environments', config.environments.indexOf(following[1]!), 'follows'],
        message: `only one environment can follow main, and ${following[0]!.name} does already: Chart.yaml has one appVersion`,
      });
    }
    for (const [index, rule] of (config.compatibility ?? []).entries()) {
      const { service, needs } = parseCompatibility(rule) ?? {};
      for (const name of [service, needs]) {
        if (name === undefined || config.services.some((each) => each.name === name)) continue;
        context.addIssue({
          code: 'custom',
          path: ['compatibility', index],
          message: `there is no service ${name}`,
        });
      }
    }
    for (const [index, service] of config.services.entries()) {
      for (const [at, name] of (service.environments ?? []).entries()) {
        if (config.environments.some((environment) => environment.name === name)) continue;
        context.addIssue({
          code: 'custom',
          path: ['services', index, 'environments', at],
          message: `there is no environment ${name}`,
        });
      }
    }
    for (const [index, environment] of config.environments.entries()) {
      const source = environment.promotesFrom;
      if (source !== undefined && !config.environments.some((other) => other.name === source)) {
        context.addIssue({
          code: 'custom',
          path: ['environments', index, 'promotesFrom'],
          message: `there is no environment ${source}`,
        });
      }
    }
  });

/** What bitiq.yaml says. */
export type Config = z.infer<typeof configSchema>;
export type ServiceConfig = Config['services'][number];
/** An environment: `kind` says whether it follows main or is pinned to a release. */
export type EnvironmentConfig = Config['environments'][number];
export type EnvironmentKind = EnvironmentConfig['kind'];

/** Where the files of a GitOps repository stand, relative to its root. */
export const paths = {
  config: 'bitiq.yaml',
  chart: 'helm/bitiq',
  chartFile: 'helm/bitiq/Chart.yaml',
  defaults: 'helm/bitiq/values.yaml',
  compose: 'compose.yaml',
  project: 'environments/project.yaml',
  root: 'environments/root.yaml',
  values: (environment: string) => `helm/bitiq/values-${environment}.yaml`,
  application: (environment: string) => `environments/${environment}/application.yaml`,
  imageUpdater: (environment: string) => `environments/${environment}/image-updater.yaml`,
  secretStore: (environment: string) => `environments/${environment}/secret-store.yaml`,
  holds: (environment: string) => `environments/${environment}/holds.yaml`,
  freezes: (environment: string) => `environments/${environment}/freezes.yaml`,
} as const;

function reportRepeats(
  list: readonly { readonly name: string }[],
  key: 'services' | 'environments',
  context: z.core.$RefinementCtx,
): void {
  const first = new Map<string, number>();
  for (const [index, { name }] of list.entries()) {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else {
      context.addIssue({
        code: 'custom',
        path: [key, index, 'name'],
        message: `${name} stands here twice, first as ${key}[${earlier}]`,
      });
    }
  }
}
