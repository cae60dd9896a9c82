import { isScalar, Scalar } from 'yaml';
import type { Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { tagConstraint } from '../../kubernetes/tag-constraint.ts';
import { nodeAt, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import type { ServiceEntry } from '../../yaml/values-file.ts';
import { ruleOf } from '../generate/image-updater.ts';
import { errorAt } from './collect.ts';

export interface UpdaterImage {
  readonly config: Config;
  /** The file of the ImageUpdater, and where the image is in it. */
  readonly source: YamlSource;
  readonly path: KeyPath;
  readonly values: YamlSource;
  readonly services: readonly ServiceEntry[];
  readonly held: ReadonlySet<string>;
}

/** Findings about one image of an ImageUpdater against the values file that it writes to, and the service that it means. */
export function checkUpdaterImage({ config, source, path, values, services, held }: UpdaterImage): {
  readonly service?: string;
  readonly findings: readonly Finding[];
} {
  const helm = [...path, 'manifestTargets', 'helm'];
  const target = /^services\[(\d+)\]\.image\.tag$/.exec(textAt(source, [...helm, 'tag']) ?? '');
  const service = target === null ? undefined : services[Number(target[1])];
  if (service === undefined) {
    return { findings: [untrue(source, [...helm, 'tag'], `It is not a place of a tag in ${values.file}.`)] };
  }
  const findings: Finding[] = [];
  const report = (at: KeyPath, message: string) => findings.push(untrue(source, at, message));
  const at = `services[${service.index}].image.repository`;
  if (textAt(source, [...helm, 'name']) !== at)
    report([...helm, 'name'], `It must be ${at}, beside its tag.`);
  if (textAt(source, [...path, 'alias']) !== service.name) {
    report([...path, 'alias'], `services[${service.index}] of ${values.file} is ${service.name}.`);
  }
  const name = textAt(source, [...path, 'imageName']) ?? '';
  const colon = name.indexOf(':', name.lastIndexOf('/'));
  const [repository, constraint] = colon < 0 ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)];
  const nameAt = [...path, 'imageName'];
  if (repository !== service.repository) {
    report(nameAt, `${service.name} has the image ${service.repository ?? '(none)'} in ${values.file}.`);
  }
  if (!(repository.split('/')[0] ?? '').includes('.')) {
    report(nameAt, 'The Image Updater knows a registry only by a dot in its host name.');
  }
  const wanted = held.has(service.name) ? service.tag : tagConstraint(ruleOf(config, service.name));
  if (constraint !== wanted) {
    const why = held.has(service.name)
      ? `${service.name} is held at ${service.tag}`
      : `${service.name} is not held`;
    report(nameAt, `${why}, so the constraint must be ${wanted}.`);
  }
  for (const key of ['repository', 'tag']) {
    const place = ['services', service.index, 'image', key];
    const node = nodeAt(values, place);
    if (isScalar(node) && node.type === Scalar.PLAIN && node.anchor === undefined) continue;
    findings.push({
      ...untrue(
        values,
        place,
        `It is not a plain value, so the Image Updater would write the whole file again.`,
      ),
      fix: 'Write it without quotes, anchors and tags, on one line.',
    });
  }
  return { service: service.name, findings };
}

/** The text at a place, or undefined. */
export function textAt(source: YamlSource, path: KeyPath): string | undefined {
  const found: unknown = source.document.getIn(path);
  return typeof found === 'string' ? found : undefined;
}

/** A finding that a place of an ImageUpdater is not what it must be. */
export function untrue(source: YamlSource, path: KeyPath, message: string): Finding {
  return errorAt(
    placeOf(source, path),
    'delivery-mismatch',
    `${source.file}: ${message}`,
    'Run `bitiq generate` to write it again.',
  );
}
