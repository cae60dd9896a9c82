import type { Place } from '../../model/errors.ts';
import type { Param, ParamSpec, ParamType, ParamValue, ResultSpec } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { checkResultName, isLabel, isResultName } from './names.ts';

const types: readonly ParamType[] = ['string', 'array', 'object'];

/** The declared parameters; the type is that of `type`, else object with `properties`, else that of the default. */
export function readParamSpecs(list: Cursor): ParamSpec[] {
  return unique(list.items().map(readParamSpec), list);
}

function readParamSpec(cursor: Cursor): ParamSpec {
  cursor.checkFields('parameter', {
    read: ['name', 'type', 'description', 'properties', 'default', 'enum'],
  });
  const name = cursor.at('name').requiredText();
  const properties = cursor.at('properties');
  const given = cursor.at('default').exists ? readParamValue(cursor.at('default')) : undefined;
  const guessed = properties.exists ? 'object' : given === undefined ? 'string' : typeOf(given);
  const type = cursor.at('type').oneOf(types, guessed);
  checkProperties(properties);
  if (given !== undefined && typeOf(given) !== type) {
    cursor
      .at('default')
      .fault(
        `The default of parameter "${name}" is of type ${typeOf(given)}, and the parameter of type ${type}.`,
        `Give a default of type ${type}.`,
      );
  }
  return {
    name,
    type,
    properties: properties.entries().map(([key]) => key),
    default: given,
    enum: readEnum(cursor, type, given),
    place: cursor.place,
  };
}

function readEnum(cursor: Cursor, type: ParamType, given: ParamValue | undefined): string[] | undefined {
  const list = cursor.at('enum');
  if (!list.exists) return undefined;
  const allowed = list.texts();
  if (type !== 'string') list.fault('Only a parameter of type string can have an enum.', 'Remove enum.');
  if (new Set(allowed).size < allowed.length) list.fault('A value of the enum stands twice.', 'Remove one.');
  if (typeof given === 'string' && !allowed.includes(given)) {
    cursor
      .at('default')
      .fault(`The default "${given}" is not in the enum.`, `Write one of ${allowed.join(', ')}.`);
  }
  return allowed;
}

/** Keys of an object are texts. */
function checkProperties(properties: Cursor): void {
  for (const [key, property] of properties.entries()) {
    if (!property.isObject && property.exists) continue;
    const type = property.at('type').text() || 'string';
    if (type !== 'string')
      properties.fault(
        `${properties.path}: the key "${key}" is of type ${type}.`,
        'A key is of type string.',
      );
  }
}

/** What a run gives, as parameters that an embedded pipeline and its tasks may use, and what its tasks are given. */
export function paramsAround(given: readonly Param[], pipeline: Cursor): ParamSpec[] {
  const ofTasks = pipeline
    .at('tasks')
    .items()
    .flatMap((task) => [
      ...task.at('params').items().map(specOf),
      ...task.at('taskSpec').at('params').items().map(declaredName),
    ]);
  return [...given.map(({ name, value, place }) => specOfValue(name, value, place)), ...ofTasks];
}

/** What a run gives, as parameters that an embedded task may use. */
export function specsOf(given: readonly Param[]): ParamSpec[] {
  return given.map(({ name, value, place }) => specOfValue(name, value, place));
}

function specOf(cursor: Cursor): ParamSpec {
  return specOfValue(cursor.at('name').text() ?? '', readParamValue(cursor.at('value')), cursor.place);
}

function declaredName(cursor: Cursor): ParamSpec {
  const properties = cursor
    .at('properties')
    .entries()
    .map(([key]) => key);
  const type = cursor.at('type').text() ?? (properties.length > 0 ? 'object' : 'string');
  return {
    name: cursor.at('name').text() ?? '',
    type: types.find((one) => one === type) ?? 'string',
    properties,
    place: cursor.place,
  };
}

function specOfValue(name: string, value: ParamValue, place: Place): ParamSpec {
  const type = typeOf(value);
  return { name, type, properties: type === 'object' ? Object.keys(value) : [], place };
}

export function readParams(list: Cursor): Param[] {
  const params = list.items().map((cursor): Param => {
    cursor.checkFields('parameter value', { read: ['name', 'value'] });
    const value = cursor.at('value');
    // Tekton takes null for an empty text, and one that is not written for none.
    if (cursor.isObject && !cursor.entries().some(([key]) => key === 'value'))
      cursor.fault(`${cursor.path} has no value.`, "Write its value; an empty one is value: ''.");
    return { name: cursor.at('name').requiredText(), value: readParamValue(value), place: cursor.place };
  });
  const places = list.items();
  for (const [index, { name }] of params.entries()) {
    const isTwin = (other: Param) => other.name !== name && other.name.toLowerCase() === name.toLowerCase();
    if (!params.slice(0, index).some(isTwin)) continue;
    places[index]!.at('name').fault(`${list.path}: "${name}" stands twice, in other letters.`, 'Remove one.');
  }
  return unique(params, list);
}

/** A text, a list of texts or an object of texts; anything else becomes the text that JSON gives it, as in Tekton. */
export function readParamValue(cursor: Cursor): ParamValue {
  const value = cursor.plain();
  if (Array.isArray(value)) return value.every(isText) ? value : JSON.stringify(value);
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).every(isText) ? (value as Record<string, string>) : JSON.stringify(value);
  }
  return cursor.scalar() ?? '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function readResultSpecs(list: Cursor): ResultSpec[] {
  const results = list.items().map((cursor): ResultSpec => {
    cursor.checkFields('result', { read: ['name', 'type', 'description', 'properties', 'value'] });
    const properties = cursor.at('properties');
    const type = cursor.at('type').oneOf(types, properties.exists ? 'object' : 'string');
    checkProperties(properties);
    if (type === 'object' && !properties.exists)
      cursor.fault(`${cursor.path} is an object without properties.`, 'Add properties.');
    checkResultName(cursor.at('name'));
    return {
      name: cursor.at('name').requiredText(),
      type,
      properties: properties.entries().map(([key]) => key),
      value: readResultValue(cursor.at('value')),
      place: cursor.place,
    };
  });
  return unique(results, list);
}

/** The result of a step that a result of a task is: `$(steps.<step>.results.<result>)`. */
function readResultValue(cursor: Cursor): string | undefined {
  const text = cursor.text();
  if (!text) return text;
  const [, step, result] = /\$\(steps\.(.*?)\.results\.(.*?)\)/.exec(text) ?? [];
  if (step === undefined || result === undefined || !isLabel(step) || !isResultName(result)) {
    cursor.fault(
      `${cursor.path} is not a result of a step.`,
      'Write $(steps.<step>.results.<result>), with names that a step and a result can have.',
    );
  }
  return text;
}

/** Reports names that stand twice in a list. */
export function unique<Named extends { readonly name: string }>(
  items: Named[],
  list: Cursor,
  cursors = list.items(),
): Named[] {
  const seen = new Set<string>();
  items.forEach((item, index) => {
    if (item.name && seen.has(item.name)) {
      const place = cursors[index] ?? list;
      place.at('name').fault(`${list.path}: the name "${item.name}" stands twice.`, 'Rename or remove one.');
    }
    seen.add(item.name);
  });
  return items;
}

export function typeOf(value: ParamValue): ParamType {
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'array' : 'object';
}
