import { stripVTControlCharacters, styleText } from 'node:util';
import type { Place } from '../model/errors.ts';

type Style = Parameters<typeof styleText>[0];

/** A painter that leaves texts alone when colour is off. */
export type Paint = (style: Style, text: string) => string;

/** The painter for a stream. */
export function painter(colour: boolean): Paint {
  return (style, text) => (colour ? styleText(style, text, { validateStream: false } as never) : text);
}

/** Rows as columns, two spaces apart; widths are counted without colour, trailing spaces are dropped. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))));
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The place with its line and a caret under the column, as lines that begin with two spaces. */
export function printPlace(place: Place, paint: Paint): string[] {
  const where = [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':');
  const lines = [paint('cyan', `  --> ${where}`)];
  if (place.sourceLine !== undefined && place.line !== undefined) {
    const number = String(place.line);
    const shown = place.sourceLine.length > 160 ? `${place.sourceLine.slice(0, 160)}…` : place.sourceLine;
    lines.push(`  ${paint('dim', `${number} |`)} ${shown.replaceAll('\t', ' ')}`);
    if (place.column !== undefined && place.column <= 160) {
      lines.push(
        `  ${paint('dim', `${' '.repeat(number.length)} |`)} ${' '.repeat(place.column - 1)}${paint('red', '^')}`,
      );
    }
  }
  return lines;
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
