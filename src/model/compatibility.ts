import { serviceNamePattern } from './service-name.ts';

/** "From this version on, a service needs another one in at least that version." Versions are X.Y.Z. */
export interface Compatibility {
  readonly service: string;
  readonly from: string;
  readonly needs: string;
  readonly atLeast: string;
  /** The sentence in bitiq.yaml. */
  readonly rule: string;
}

const version = '(?:0|[1-9][0-9]*)(?:\\.(?:0|[1-9][0-9]*)){0,2}';
const name = serviceNamePattern.replace(/^\^|\$$/g, '').replace(/\((?!\?)/g, '(?:');
const sentence = new RegExp(`^(${name})(?: >= (${version}))? needs (${name}) >= (${version})$`);

/** The rule that a sentence such as `web >= 2.4 needs api >= 3.1` says; undefined when it is not one. Parts that are left out are 0. */
export function parseCompatibility(rule: string): Compatibility | undefined {
  const match = sentence.exec(rule);
  if (!match) return undefined;
  const [, service = '', from = '0', needs = '', atLeast = ''] = match;
  return { service, from: wholeVersion(from), needs, atLeast: wholeVersion(atLeast), rule };
}

function wholeVersion(text: string): string {
  const parts = text.split('.');
  return [parts[0], parts[1] ?? '0', parts[2] ?? '0'].join('.');
}
