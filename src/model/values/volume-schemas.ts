import { z } from 'zod';
import {
  absolutePath,
  dnsLabel,
  kubernetesObject,
  objectName,
  quantity,
  removable,
} from './scalar-schemas.ts';

const item = z.strictObject({
  key: z.string().min(1).describe('Key.'),
  path: z.string().min(1).describe('File name below the folder.'),
  mode: removable(z.int().min(0).max(511)).describe('Permissions, as a number.'),
});
const items = removable(z.array(item)).describe('Keys to take. Default: all.');
const optional = removable(z.boolean()).describe('Whether the Pod starts without it.');
const defaultMode = removable(z.int().min(0).max(511)).describe(
  'Permissions of the files, as a number (0400 is 256).',
);

/** Kubernetes API, core/v1 VolumeSource, without what reaches into the node. */
const sources = {
  emptyDir: z
    .strictObject({
      medium: removable(z.literal('Memory')).describe(
        'Memory: a tmpfs, which counts as memory of the container.',
      ),
      sizeLimit: removable(quantity).describe('Most that may be written.'),
    })
    .optional()
    .describe('A folder that is empty at start and goes with the Pod.'),
  configMap: z
    .strictObject({ name: objectName.describe('Name.'), items, optional, defaultMode })
    .optional()
    .describe('A ConfigMap that is in the namespace already.'),
  secret: z
    .strictObject({ secretName: objectName.describe('Name.'), items, optional, defaultMode })
    .optional()
    .describe('A Secret that is in the namespace already.'),
  persistentVolumeClaim: z
    .strictObject({
      claimName: objectName.optional().describe('A claim that is in the namespace already.'),
      readOnly: removable(z.boolean()).describe('Whether it is mounted read-only.'),
      size: quantity
        .optional()
        .describe('Makes a claim of this size, which stays when the service is removed.'),
      storageClassName: z.string().optional().describe('Storage class of the claim that is made.'),
      accessModes: z
        .array(z.enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']))
        .min(1)
        .optional()
        .describe('Access modes of the claim that is made. Default: ReadWriteOnce.'),
    })
    .optional()
    .describe('A claim: `claimName` names one, `size` makes one.'),
  projected: kubernetesObject.optional().describe('Several sources in one folder, as in Kubernetes.'),
  csi: kubernetesObject.optional().describe('An inline CSI volume, as in Kubernetes.'),
  downwardAPI: kubernetesObject.optional().describe('Fields of the Pod as files, as in Kubernetes.'),
  ephemeral: kubernetesObject.optional().describe('A claim that goes with the Pod, as in Kubernetes.'),
};

/** One volume with the place where the container has it. Exactly one source. */
export const volumeSchema = z.strictObject({
  name: dnsLabel.describe('Name of the volume.'),
  mountPath: absolutePath
    .optional()
    .describe('Where the container has it. Left out: only init containers or sidecars mount it.'),
  subPath: z.string().min(1).optional().describe('A folder or file within the volume.'),
  readOnly: z.boolean().optional().describe('Whether the container may only read.'),
  ...sources,
});

/** One claim of each Pod of a StatefulSet, with the place where the container has it. */
export const claimTemplateSchema = z.strictObject({
  name: dnsLabel.describe('Name of the claim.'),
  mountPath: absolutePath.describe('Where the container has it.'),
  size: quantity.describe('Size of the volume.'),
  storageClassName: z.string().optional().describe('Storage class. Default: that of the cluster.'),
  accessModes: sources.persistentVolumeClaim.unwrap().shape.accessModes,
});

/** Config files: absolute path in the container → content. */
export const filesSchema = z.record(absolutePath, z.string().nullable());
