import { combinationOf, type Combination } from '../model/combination.ts';
import { parsePlainYaml } from './parse-plain.ts';
import { parseYaml } from './source.ts';
import { readCombination } from './values-file.ts';

/** The combination that the text of a values file says, as `readCombination` does, but without parsing what is plain; the same errors. */
export function readCombinationText(text: string, file: string): Combination {
  return plainCombination(parsePlainYaml(text)) ?? readCombination(parseYaml(text, file));
}

/** The text at a key path of a YAML file, such as a pointer; undefined where there is none, or a value that is not a text. */
export function readTextAt(text: string, file: string, path: readonly string[]): string | undefined {
  const data = parsePlainYaml(text);
  const value: unknown =
    data === undefined ? parseYaml(text, file).document.getIn(path) : path.reduce(memberOf, data);
  return typeof value === 'string' ? value : undefined;
}

function plainCombination(data: unknown): Combination | undefined {
  const services = memberOf(data, 'services');
  if (!Array.isArray(services)) return undefined;
  try {
    // What is wrong is found again with its place.
    return combinationOf(
      services.map((entry) => [
        memberOf(entry, 'name') as string,
        memberOf(memberOf(entry, 'image'), 'tag') as string,
      ]),
    );
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
