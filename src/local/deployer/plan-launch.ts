import { createHash } from 'node:crypto';
import type { ImageStore } from './images.ts';
import type { LaunchPlan } from './launch.ts';
import { readSecrets } from './read-secrets.ts';
import type { Peer, Workload } from './rendering.ts';
import { rewriteAddresses } from './rewrite-addresses.ts';

export type PlannedLaunch =
  { readonly plan: LaunchPlan } | { readonly plan?: undefined; readonly waitsFor: string };

/** Finds a workload's image and secrets; where one of them is not there yet, says what the service waits for. */
export async function planLaunch(
  workload: Workload,
  {
    images,
    secretsDirectory,
    peers,
  }: { readonly images: ImageStore; readonly secretsDirectory: string; readonly peers: readonly Peer[] },
): Promise<PlannedLaunch> {
  const [image, secrets] = await Promise.all([
    images.find(workload.repository, workload.tag, workload.digest),
    readSecrets(workload, secretsDirectory),
  ]);
  if (image === undefined) {
    const { repository, tag, digest } = workload;
    return {
      waitsFor:
        digest === undefined
          ? `It waits for the image ${repository}:${tag} to be built.`
          : `It waits for the image ${repository}:${tag} with ${digest}, which its release recorded and the store does not have.`,
    };
  }
  if (!secrets.found) return { waitsFor: secrets.message };
  // A peer that appears or goes away changes what the values become, although no Pod template changes.
  const values = workload.environment.flatMap((entry) => (entry.kind === 'value' ? [entry.value] : []));
  const addressed = [...values, ...image.config.environment].map((value) =>
    rewriteAddresses(value, peers, (service) => service),
  );
  const digest = createHash('sha256')
    .update(
      JSON.stringify([
        workload.templateDigest,
        image.digest,
        Object.entries(secrets.values).sort(),
        addressed,
      ]),
    )
    .digest('hex');
  return { plan: { workload, image, secrets: secrets.values, peers, digest } };
}
