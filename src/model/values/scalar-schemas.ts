import { z } from 'zod';

/** A field that may be left out, or be null to take the default away. */
export function removable<T extends z.ZodType>(schema: T): z.ZodOptional<z.ZodNullable<T>> {
  return schema.nullable().optional();
}

/** A DNS label: the name of a namespace, an environment or a Secret's part. */
export const dnsLabel = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

/** The name of a Kubernetes object: DNS labels joined by dots. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** A host name, with `*.` allowed in front of it. */
export const hostName = z
  .string()
  .max(253)
  .regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** The name of an environment variable. */
export const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

/** An absolute path, of a URL or in a file system. */
export const absolutePath = z.string().regex(/^\/\S*$/);

/** A TCP port. */
export const port = z.int().min(1).max(65535);

/** A container's port: a Pod without privileges does not get the ones below 1024. */
export const unprivilegedPort = z.int().min(1024).max(65535);

/** A count of seconds. */
export const seconds = z.int().min(0).max(86400);

/** An amount of CPU, memory or storage: `250m`, `64Mi`, `2`. */
export const quantity = z.union([
  z.string().regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/),
  z.number().positive(),
]);

/** A count of Pods or a percentage of them: `1`, `25%`. */
export const countOrPercentage = z.union([z.int().min(0), z.string().regex(/^(100|[1-9]?[0-9])%$/)]);

/** A map of label or annotation keys to texts. */
export const textMap = z.record(
  z.string().regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/),
  z.string().nullable(),
);

/** The name of a port: at most 15 lower-case letters, digits and dashes, beginning with a letter. */
export const portName = z.string().regex(/^[a-z]([-a-z0-9]{0,13}[a-z0-9])?$/);

/** A port by its name or its number. */
export const portReference = z.union([z.int().min(1).max(65535), portName]);

/** The key of a label, an annotation or an extended resource, such as `nvidia.com/gpu`. */
export const qualifiedName = z
  .string()
  .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);

/** A part of the Kubernetes API that the chart passes on unchanged; an API server and `bitiq check` judge what is inside. */
export const kubernetesObject = z.record(z.string(), z.unknown());
