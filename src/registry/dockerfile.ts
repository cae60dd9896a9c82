import { DockerfileParser, type Instruction as Node } from 'dockerfile-ast';
import { BitiqError } from '../model/errors.ts';
import { readInstruction, type Instruction } from './instruction.ts';
import { refuse, type Line } from './refuse.ts';

export type { Instruction } from './instruction.ts';

/** A Dockerfile of one stage that can be built without running anything. */
export interface Dockerfile {
  /** The image that FROM names, as written; `scratch` means none. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile; anything that cannot be built without a container engine is refused by name, with file and line. */
export function readDockerfile(text: string, file: string): Dockerfile {
  const parsed = DockerfileParser.parse(text);
  const sourceLines = text.split(/\r?\n/);
  const lineOf = (node: { getRange: () => { start: { line: number } } }): Line => {
    const at = node.getRange().start.line;
    return { file, line: at + 1, text: sourceLines[at] ?? '' };
  };
  for (const directive of parsed.getDirectives()) checkDirective(directive, lineOf(directive));

  let base: string | undefined;
  const instructions: Instruction[] = [];
  for (const node of parsed.getInstructions()) {
    const line = lineOf(node);
    if (node.getKeyword() === 'FROM') {
      if (base !== undefined) throw refuse('stages', line, 'a second FROM begins another stage');
      base = readFrom(node, line);
      continue;
    }
    const instruction = readInstruction(node, line);
    if (base === undefined) throw refuse('invalid', line, `${node.getKeyword()} is before FROM`);
    instructions.push(instruction);
  }
  if (base === undefined) {
    throw new BitiqError({
      code: 'dockerfile-invalid',
      message: `${file} has no FROM, so it has no base image.`,
      fix: 'Begin with FROM and the base image, such as FROM node:22-alpine (or FROM scratch for none).',
      place: { file },
    });
  }
  return { base, instructions };
}

function readFrom(node: Node, line: Line): string {
  const words = node.getArguments().map((argument) => argument.getValue());
  if (/\bFROM\s+--/i.test(line.text)) throw refuse('unsupported', line, 'FROM has an option');
  const [image, as, name, ...rest] = words;
  if (!image || rest.length > 0 || (as !== undefined && (as.toUpperCase() !== 'AS' || !name))) {
    throw refuse('invalid', line, 'FROM takes one image, and optionally AS and a name');
  }
  if (image.includes('$')) throw refuse('variable', line, 'FROM uses a variable');
  return image;
}

function checkDirective(directive: { getName: () => string; getValue: () => string }, line: Line): void {
  const name = directive.getName().toLowerCase();
  const value = directive.getValue();
  const harmless =
    name === 'check' ||
    (name === 'escape' && value === '\\') ||
    (name === 'syntax' && /^docker\/dockerfile(:1(\.\d+)*)?$/.test(value));
  if (!harmless)
    throw refuse('unsupported', line, `the directive ${name}=${value} changes how the file is read`);
}
