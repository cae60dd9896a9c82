import { Optional, type Environment } from '@marcbachmann/cel-js';
import { addNamespace } from './engine.ts';
import { isGoRequestUrl } from './go-url.ts';

/** Adds `format` with Kubernetes' named formats. */
export function addFormats(environment: Environment): void {
  const type = 'kubernetes.NamedFormat';
  environment.registerType(type, NamedFormat);
  const space = addNamespace(environment, 'format');
  environment
    .registerFunction(`${space}.named(string): optional<${type}>`, (_: unknown, name: string) =>
      optionalOf(namedFormats.get(name)),
    )
    .registerFunction(
      `${type}.validate(string): optional<list<string>>`,
      (format: NamedFormat, text: string) => {
        const faults = format.faults(text);
        return optionalOf(faults.length === 0 ? undefined : faults);
      },
    );
  for (const [name, format] of namedFormats) {
    environment.registerFunction(`${space}.${name}(): ${type}`, () => format);
  }
}

function optionalOf<T>(value: T | undefined): Optional {
  return value === undefined ? Optional.none() : Optional.of(value);
}

/** One of the named formats of Kubernetes' CEL library; `faults` is empty for a text that has it. */
class NamedFormat {
  readonly name: string;
  readonly faults: (text: string) => string[];

  constructor(name: string, faults: (text: string) => string[]) {
    this.name = name;
    this.faults = faults;
  }
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

/** The formats by name, as `format.named` knows them. */
const namedFormats: ReadonlyMap<string, NamedFormat> = new Map(
  [
    byPattern('dns1123Label', label, 63),
    byPattern('dns1123Subdomain', subdomain, 253),
    byPattern('dns1035Label', label1035, 63),
    byPattern('dns1123LabelPrefix', label, 63, true),
    byPattern('dns1123SubdomainPrefix', subdomain, 253, true),
    byPattern('dns1035LabelPrefix', label1035, 63, true),
    byPattern('labelValue', `(${qualified})?`, 63),
    new NamedFormat('qualifiedName', (text) => {
      const parts = text.split('/');
      const name = parts.at(-1) ?? '';
      const prefix = parts.length === 2 ? parts[0] : undefined;
      const isName = name.length <= 63 && new RegExp(`^${qualified}$`).test(name);
      const isPrefix =
        prefix === undefined || (prefix.length <= 253 && new RegExp(`^${subdomain}$`).test(prefix));
      return parts.length <= 2 && isName && isPrefix ? [] : ['it is not a qualified name'];
    }),
    new NamedFormat('uri', (text) => (isGoRequestUrl(text) ? [] : ['it is not a URI'])),
    byPattern('uuid', '[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}', 36),
    byPattern('byte', '(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?', Infinity),
    new NamedFormat('date', (text) =>
      /^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text) ? [] : ['it is not a date'],
    ),
    new NamedFormat('datetime', (text) =>
      /^\d{4}-\d{2}-\d{2}[tT]\d{2}:\d{2}:\d{2}(\.\d+)?([zZ]|[+-]\d{2}:\d{2})$/.test(text) &&
      !Number.isNaN(Date.parse(text))
        ? []
        : ['it is not a date with a time'],
    ),
  ].map((format) => [format.name, format]),
);

function byPattern(name: string, pattern: string, limit: number, isPrefix = false): NamedFormat {
  const whole = new RegExp(`^${pattern}$`);
  return new NamedFormat(name, (text) => {
    const checked = isPrefix ? text.replace(/-$/, 'a') : text;
    return [
      ...(checked.length > limit ? [`must be no more than ${limit} characters`] : []),
      ...(whole.test(checked) ? [] : [`it is not a ${name}`]),
    ];
  });
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
