import type { Param, ParamSpec, ParamType, ParamValue, ResultSpec } from '../types.ts';
import type { Cursor } from './cursor.ts';

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

export function readParams(list: Cursor): Param[] {
  const params = list.items().map((cursor): Param => {
    cursor.checkFields('parameter value', { read: ['name', 'value'] });
    const value = cursor.at('value');
    return { name: cursor.at('name').requiredText(), value: readParamValue(value), place: cursor.place };
  });
  return unique(params, list);
}

/** A text, a list of texts or an object of texts; other scalars become the text that JSON gives them. */
export function readParamValue(cursor: Cursor): ParamValue {
  if (cursor.isList) return cursor.texts();
  if (cursor.isObject) {
    return Object.fromEntries(cursor.entries().map(([key, value]) => [key, value.text() ?? '']));
  }
  return cursor.text() ?? '';
}

export function readResultSpecs(list: Cursor): ResultSpec[] {
  const results = list.items().map((cursor): ResultSpec => {
    cursor.checkFields('result', { read: ['name', 'type', 'description', 'properties', 'value'] });
    const properties = cursor.at('properties');
    return {
      name: cursor.at('name').requiredText(),
      type: cursor.at('type').oneOf(types, properties.exists ? 'object' : 'string'),
      properties: properties.entries().map(([key]) => key),
      value: cursor.at('value').text(),
      place: cursor.place,
    };
  });
  return unique(results, list);
}

/** Reports names that stand twice in a list. */
export function unique<Named extends { readonly name: string }>(items: Named[], list: Cursor): Named[] {
  const seen = new Set<string>();
  const cursors = list.items();
  items.forEach((item, index) => {
    if (item.name && seen.has(item.name)) {
      const place = cursors[index] ?? list;
      place.fault(`${list.path}: the name "${item.name}" stands twice.`, 'Rename or remove one.');
    }
    seen.add(item.name);
  });
  return items;
}

export function typeOf(value: ParamValue): ParamType {
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'array' : 'object';
}
