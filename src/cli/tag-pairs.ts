import { BitiqError } from '../model/errors.ts';

/** The tags that texts `service=tag` say; throws `usage` for a text that is not one, and for a service that comes twice. */
export function parsePairs(pairs: readonly string[], example: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const split = pair.indexOf('=');
    const service = pair.slice(0, split);
    if (split < 1) throw badPair(`${JSON.stringify(pair)} is not service=tag.`, example);
    if (tags.has(service)) throw badPair(`${service} is named twice.`, example);
    tags.set(service, pair.slice(split + 1));
  }
  return tags;
}

function badPair(message: string, example: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix: `Write for example \`${example}\`.` });
}
