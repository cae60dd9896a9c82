import { isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Place } from '../../model/errors.ts';
import type { TektonFinding } from '../finding.ts';
import { findPair, isNode } from './nodes.ts';
import { textOfNumber } from './plain-scalars.ts';
import { closest } from '../../model/did-you-mean.ts';

/** One YAML file while it is read; every cursor into it adds to the same findings. */
export interface SourceDocument {
  readonly file: string;
  readonly lines: readonly string[];
  readonly lineCounter: LineCounter;
  readonly findings: TektonFinding[];
}

/** What each field of an object is: read, ignored without a cluster, or refused with the reason given. */
export interface FieldTable {
  readonly read: readonly string[];
  readonly ignored?: readonly string[];
  readonly refused?: Readonly<Record<string, string>>;
}

/** A place in a YAML document that can be read, and that reports a fault with file, line and key path. */
export class Cursor {
  readonly document: SourceDocument;
  readonly path: string;
  readonly #node: unknown;
  /** What is pointed at: a value that is a text, else its key, else what is around it. */
  readonly #shown: Node | undefined;

  constructor(document: SourceDocument, node: unknown, path: string, key?: Node) {
    this.document = document;
    this.path = path;
    this.#node = isAlias(node) ? undefined : node;
    this.#shown = isScalar(node) || isAlias(node) || (isNode(node) && key === undefined) ? node : key;
    if (isAlias(node)) this.refuse('a YAML alias', 'Write the value out.');
  }

  get exists(): boolean {
    return (
      this.#node !== undefined && this.#node !== null && !(isScalar(this.#node) && this.#node.value === null)
    );
  }

  get isText(): boolean {
    return isScalar(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  get isObject(): boolean {
    return isMap(this.#node);
  }

  get place(): Place {
    const offset = this.#shown?.range?.[0];
    const { file, lineCounter, lines } = this.document;
    if (offset === undefined) return { file, keyPath: this.path };
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col, sourceLine: lines[line - 1], keyPath: this.path };
  }

  /** The cursor at a key of this object; it does not exist when the key is absent. */
  at(key: string): Cursor {
    const path = this.path ? `${this.path}.${key}` : key;
    const pair = isMap(this.#node) ? findPair(this.#node, key) : undefined;
    const shown = isNode(pair?.key) ? pair.key : this.#shown;
    return new Cursor(this.document, pair?.value ?? undefined, path, shown);
  }

  /** The items of this list; none when it is absent or not a list (which is a finding). */
  items(): Cursor[] {
    if (!this.exists) return [];
    if (!isSeq(this.#node)) {
      this.fault(`${this.path} must be a list.`, 'Write it as a list, each item after a dash.');
      return [];
    }
    return this.#node.items.map((item, index) => new Cursor(this.document, item, `${this.path}[${index}]`));
  }

  /** The keys and values of this object, in the order of the file. */
  entries(): [string, Cursor][] {
    if (!this.exists) return [];
    if (!isMap(this.#node)) {
      this.fault(`${this.path} must be an object.`, 'Write it as `key: value` lines.');
      return [];
    }
    return this.#node.items.map((pair) => {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      const near = isNode(pair.key) ? pair.key : this.#shown;
      return [
        key,
        new Cursor(this.document, pair.value ?? undefined, this.path ? `${this.path}.${key}` : key, near),
      ];
    });
  }

  /** A text; a number, `yes` or `on` without quotes is not one, as in a cluster. */
  text(): string | undefined {
    const text = this.scalar();
    if (text !== undefined && typeof this.#value !== 'string') {
      this.#report({
        ...{ code: 'tekton-invalid', severity: 'error', place: this.place },
        message: `${this.path} must be a text, and is ${text}.`,
        fix: 'Put it in quotes.',
      });
    }
    return text;
  }

  /** Any scalar as a text: numbers and booleans become what JSON makes of them. */
  scalar(): string | undefined {
    if (!this.exists) return undefined;
    if (!isScalar(this.#node)) {
      this.fault(`${this.path} must be a text.`, 'Write one value.');
      return undefined;
    }
    const { value, source } = this.#node;
    return typeof value === 'string' ? value : textOfNumber(value, source);
  }

  get #value(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  requiredText(): string {
    const text = this.text();
    if (text !== undefined && text !== '') return text;
    if (text === '' || !this.exists) this.fault(`${this.path} is missing.`, `Add ${lastKey(this.path)}.`);
    return '';
  }

  texts(): string[] {
    return this.items().map((item) => item.text() ?? '');
  }

  number(): number | undefined {
    const text = this.scalar();
    if (text === undefined) return undefined;
    if (typeof this.#value !== 'number' || !/^\d+$/.test(text))
      this.fault(
        `${this.path} must be a whole number, and is "${text}".`,
        'Write digits only, without quotes.',
      );
    return Number(text);
  }

  boolean(): boolean {
    const text = this.scalar();
    if (text !== undefined && typeof this.#value !== 'boolean') {
      this.fault(
        `${this.path} must be true or false, and is "${text}".`,
        'Write true or false, without quotes.',
      );
    }
    return text === 'true';
  }

  oneOf<Word extends string>(words: readonly Word[], fallback: Word): Word {
    const text = this.text();
    if (text === undefined) return fallback;
    const found = words.find((word) => word === text);
    if (found) return found;
    const meant = closest(text, words);
    this.fault(
      `${this.path} is "${text}", which is not one of ${words.join(', ')}.`,
      meant ? `Did you mean "${meant}"?` : `Write one of ${words.join(', ')}.`,
    );
    return fallback;
  }

  /** The value as plain data. */
  plain(): unknown {
    return isNode(this.#node) ? this.#node.toJSON() : undefined;
  }

  /** Every scalar below this place that is a text, with its own cursor. */
  *scalars(): Generator<[Cursor, string]> {
    if (isScalar(this.#node)) {
      if (typeof this.#node.value === 'string') yield [this, this.#node.value];
    } else if (isSeq(this.#node)) {
      for (const item of this.items()) yield* item.scalars();
    } else if (isMap(this.#node)) {
      for (const [, value] of this.entries()) yield* value.scalars();
    }
  }

  /** Reports the fields of this object that do not exist, and those that bitiq refuses. */
  checkFields(kind: string, table: FieldTable): void {
    const known = [...table.read, ...(table.ignored ?? []), ...Object.keys(table.refused ?? {})];
    for (const [written, value] of this.entries()) {
      const key = known.find((name) => name.toLowerCase() === written.toLowerCase()) ?? written;
      if (key !== written) this.#warnSpelling(value, kind, written, key);
      const reason = table.refused?.[key];
      if (reason !== undefined) {
        if (value.exists) value.refuse(`${key} of a ${kind}`, reason);
      } else if (!known.includes(key)) {
        const meant = closest(key, known);
        value.fault(
          `${value.path}: a ${kind} has no field "${key}".`,
          meant ? `Did you mean "${meant}"?` : `Remove it; a ${kind} has ${table.read.join(', ')}.`,
        );
      }
    }
  }

  #warnSpelling(value: Cursor, kind: string, written: string, key: string): void {
    this.#report({
      code: 'tekton-invalid',
      severity: 'warning',
      message: `${value.path}: the field of a ${kind} is spelled "${key}"; "${written}" is taken for it, as in Tekton.`,
      fix: `Write ${key}.`,
      place: value.place,
    });
  }

  fault(message: string, fix: string): void {
    this.faultAt(this.place, message, fix);
  }

  /** A fault at another place, such as one whose line must not be shown. */
  faultAt(place: Place, message: string, fix: string): void {
    this.document.findings.push({ code: 'tekton-invalid', severity: 'error', message, fix, place });
  }

  /** Reports that a feature is not supported without a cluster. */
  refuse(feature: string, fix: string): void {
    const message = `${this.path}: ${feature} is not supported without a cluster.`;
    this.#report({ code: 'tekton-unsupported', severity: 'error', message, fix, place: this.place });
  }

  /** A field is read more than once; its fault is told once. */
  #report(finding: TektonFinding): void {
    const isKnown = ({ message, place }: TektonFinding) =>
      message === finding.message && place.line === finding.place.line && place.file === finding.place.file;
    if (!this.document.findings.some(isKnown)) this.document.findings.push(finding);
  }
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
