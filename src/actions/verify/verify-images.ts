import { servicesOf } from '../../model/combination.ts';
import type { Config } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { partOf, type PartResult } from '../../model/verification.ts';
import { parseYaml } from '../../yaml/source.ts';
import { readServices, type ServiceEntry } from '../../yaml/values-file.ts';
import { deployedImages } from '../read/deployed-images.ts';
import type { LookUpDigest } from '../read/look-up-digest.ts';
import { releaseFinding } from '../read/release-finding.ts';
import type { ReleaseFacts } from './release-facts.ts';

/**
 * Whether each image of a release still is what its record has: the tag has the recorded digest, and the digest is still there. An image
 * that was recorded without a digest, and a registry that gives no answer, are findings: nothing proves which image it is.
 */
export async function verifyImages(
  { release, record, values }: Pick<ReleaseFacts, 'release' | 'record' | 'values'>,
  config: Config,
  lookUp: LookUpDigest,
): Promise<{ readonly result: PartResult; readonly findings: readonly Finding[] }> {
  if (record === undefined)
    return { result: { part: 'images', result: 'none', note: 'no record' }, findings: [] };
  const services = servicesOf(record.services);
  const deployed = deployedImages(config, servicesIn(values));
  const found = await Promise.all(
    services.map(async (service) => {
      const image = deployed.get(service);
      return verifyImage(
        release,
        { service, image, tag: record.services.get(service)!, digest: record.digests?.get(service) },
        lookUp,
      );
    }),
  );
  const findings = found.flat();
  const { result } = partOf('images', findings, `${services.length} of ${services.length} as recorded`);
  const isUnknown =
    findings.length > 0 && findings.every(({ code }) => code !== 'image-moved' && code !== 'image-missing');
  return { result: isUnknown ? { ...result, result: 'unknown' } : result, findings };
}

/** The services in the values of a release: those that it deploys, whatever bitiq.yaml has today. */
function servicesIn(values: string | undefined): ServiceEntry[] {
  try {
    return values === undefined ? [] : readServices(parseYaml(values, 'values.yaml'));
  } catch {
    // What is wrong with it is a fault of its record.
    return [];
  }
}

async function verifyImage(
  release: string,
  version: {
    readonly service: string;
    readonly image: string | undefined;
    readonly tag: string;
    readonly digest: string | undefined;
  },
  lookUp: LookUpDigest,
): Promise<Finding[]> {
  const { service, image, tag, digest } = version;
  if (digest === undefined) {
    const message = `${release} was recorded without the digest of ${service} ${tag}, so nothing proves which image it runs.`;
    const fix = 'A new release of the same versions records the digests: promote without --no-image-check.';
    return [releaseFinding(release, 'image-unverified', message, fix)];
  }
  if (image === undefined) {
    const message = `bitiq.yaml does not list ${service} any more, so its image is not known.`;
    return [
      releaseFinding(
        release,
        'image-unverified',
        message,
        'The release keeps its digest; look the image up where it was.',
      ),
    ];
  }
  try {
    const now = await lookUp(`${image}:${tag}`);
    if (now === digest) return [];
    if (now !== undefined) {
      const message = `The tag ${image}:${tag} was moved: ${release} has ${digest}, and it is ${now} now.`;
      const fix = `The release still runs the recorded digest. Find out who pushed over the tag before you promote it again.`;
      return [releaseFinding(release, 'image-moved', message, fix)];
    }
    const isThere = (await lookUp(`${image}@${digest}`)) !== undefined;
    const message = isThere
      ? `The tag ${image}:${tag} is gone; its image ${digest} is still there.`
      : `The image of ${service} ${tag} is gone: ${image} has neither the tag nor ${digest}.`;
    return [
      releaseFinding(
        release,
        'image-missing',
        message,
        'Push it again, or build the commit of the tag again, before a Pod has to pull it.',
      ),
    ];
  } catch (error) {
    const message = `The image of ${service} ${tag} could not be looked up: ${messageOf(error)}`;
    return [
      releaseFinding(
        release,
        'image-unverified',
        message,
        'Try again when the registry answers, or leave images out with --no-images.',
      ),
    ];
  }
}
