import { z } from 'zod';

export const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'only sha256 digests are read'),
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
  platform: z
    .object({ architecture: z.string(), os: z.string(), variant: z.string().optional() })
    .loose()
    .optional(),
});

export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
  annotations: z.record(z.string(), z.string()).optional(),
});

export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema),
});

const strings = z.array(z.string());
/** Go writes null for what is empty. */
const orNothing = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** What a container of the image is started with; keys that bitiq does not know are kept. */
const runConfigSchema = z.looseObject({
  User: orNothing(z.string()),
  ExposedPorts: orNothing(z.record(z.string(), z.unknown())),
  Env: orNothing(strings),
  Entrypoint: orNothing(strings),
  Cmd: orNothing(strings),
  WorkingDir: orNothing(z.string()),
  Labels: orNothing(z.record(z.string(), z.string())),
  StopSignal: orNothing(z.string()),
  Healthcheck: orNothing(z.record(z.string(), z.unknown())),
});

export const imageConfigSchema = z.looseObject({
  created: orNothing(z.string()),
  architecture: z.string(),
  os: z.string(),
  config: orNothing(runConfigSchema),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: strings }),
  history: orNothing(z.array(z.looseObject({ empty_layer: z.boolean().optional() }))),
});

/** A content descriptor of the OCI image specification: what a blob is, its digest and its size in bytes. */
export type Descriptor = z.infer<typeof descriptorSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type RunConfig = z.infer<typeof runConfigSchema>;
export type ImageConfig = z.infer<typeof imageConfigSchema>;
