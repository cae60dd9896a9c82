import { Copy, type Instruction as Node } from 'dockerfile-ast';
import { Healthcheck, ModifiableInstruction, PropertyInstruction } from 'dockerfile-ast';
import { readHealthcheck, type Health } from './healthcheck.ts';
import { refuse, type Line } from './refuse.ts';

export interface CopyInstruction {
  readonly kind: 'copy';
  readonly sources: readonly string[];
  readonly destination: string;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Permission bits for all that is copied; undefined: 0755 for folders and executables, 0644 for the rest. */
  readonly mode: number | undefined;
}

/** One instruction that is built, with its line and its text for the image's history. */
export type Instruction = { readonly line: Line; readonly text: string } & (
  | CopyInstruction
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'env' | 'label'; readonly entries: readonly (readonly [string, string])[] }
  | { readonly kind: 'expose'; readonly ports: readonly string[] }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'cmd' | 'entrypoint'; readonly argv: readonly string[] }
  | { readonly kind: 'healthcheck'; readonly health: Health }
  | { readonly kind: 'stopsignal'; readonly signal: string }
);

const unsupported: Record<string, string> = {
  ADD: 'ADD fetches and unpacks on its own; COPY is explicit',
  VOLUME: 'VOLUME makes anonymous storage; the chart sets the storage of a service',
  ONBUILD: 'ONBUILD runs in other builds',
  SHELL: 'SHELL changes how RUN and shell forms run',
  MAINTAINER: 'MAINTAINER is deprecated; LABEL org.opencontainers.image.authors replaces it',
};

/** The typed form of one instruction after FROM; throws the codes `dockerfile-*` with the line. */
export function readInstruction(node: Node, line: Line): Instruction {
  const keyword = node.getKeyword();
  if (keyword === 'RUN') throw refuse('run', line, 'RUN needs a container engine');
  if (keyword === 'ARG') throw refuse('variable', line, 'ARG makes the image depend on more than its files');
  if (unsupported[keyword]) throw refuse('unsupported', line, unsupported[keyword]);
  const raw = withoutContinuations(node.getRawArgumentsContent() ?? '').trim();
  if (raw.includes('<<') && /^(COPY|ADD)$/.test(keyword) && /(^|\s)<<-?["']?\w/.test(raw)) {
    throw refuse('unsupported', line, `${keyword} with a heredoc writes a file that is not in the context`);
  }
  if (raw === '') throw refuse('invalid', line, `${keyword} is empty`);
  const common = { line, text: `${keyword} ${raw}` };
  switch (keyword) {
    case 'COPY':
      return { ...common, ...readCopy(node, raw, line) };
    case 'WORKDIR':
      return { ...common, kind: 'workdir', path: plain(raw, keyword, line) };
    case 'ENV':
    case 'LABEL':
      return { ...common, kind: keyword === 'ENV' ? 'env' : 'label', entries: readProperties(node, line) };
    case 'EXPOSE':
      return { ...common, kind: 'expose', ports: readPorts(raw, line) };
    case 'USER':
      return { ...common, kind: 'user', user: readUser(raw, line) };
    case 'CMD':
    case 'ENTRYPOINT':
      return { ...common, kind: keyword === 'CMD' ? 'cmd' : 'entrypoint', argv: readArgv(raw, line) };
    case 'HEALTHCHECK':
      return { ...common, kind: 'healthcheck', health: readHealthcheck(raw, flagsOf(node), line, readArgv) };
    case 'STOPSIGNAL':
      if (!/^(SIG[A-Z0-9+-]+|[0-9]{1,2})$/.test(plain(raw, keyword, line))) {
        throw refuse('invalid', line, `${JSON.stringify(raw)} is not a signal such as SIGTERM`);
      }
      return { ...common, kind: 'stopsignal', signal: raw };
    default:
      throw refuse('unsupported', line, `${keyword} is not an instruction that bitiq builds`);
  }
}

function readCopy(node: Node, raw: string, line: Line): CopyInstruction {
  let owner = { uid: 0, gid: 0 };
  let mode: number | undefined;
  for (const [name, value] of flagsOf(node)) {
    if (name === 'from') throw refuse('stages', line, 'COPY --from takes files of another stage or image');
    const ids = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(value);
    if (name === 'chown' && ids) owner = { uid: Number(ids[1]), gid: Number(ids[2] ?? ids[1]) };
    else if (name === 'chmod' && /^0?[0-7]{3}$/.test(value)) mode = Number.parseInt(value, 8);
    else if (name === 'chown') {
      throw refuse(
        'unsupported',
        line,
        `COPY --chown=${value} has a name, which only the base image could explain; write numbers`,
      );
    } else throw refuse('unsupported', line, `COPY has the option --${name}${value && `=${value}`}`);
  }
  const words = raw.startsWith('[')
    ? parseList(raw, line)
    : raw.split(/\s+/).map((word) => plain(word, 'COPY', line));
  for (const word of words) if (word.includes('$')) throw refuse('variable', line, 'COPY uses a variable');
  const destination = words.at(-1);
  const sources = words.slice(0, -1);
  if (!destination || sources.length === 0 || sources.includes('')) {
    throw refuse('invalid', line, 'COPY takes at least one source and a destination');
  }
  return { kind: 'copy', sources, destination, owner, mode };
}

function flagsOf(node: Node): [name: string, value: string][] {
  if (!(node instanceof ModifiableInstruction || node instanceof Copy || node instanceof Healthcheck))
    return [];
  return node.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? '']);
}

function readProperties(node: Node, line: Line): (readonly [string, string])[] {
  if (!(node instanceof PropertyInstruction)) throw refuse('invalid', line, 'names and values are wanted');
  const variable = node.getVariables()[0];
  if (variable)
    throw refuse('variable', line, `${node.getKeyword()} uses the variable ${variable.getName()}`);
  return node.getProperties().map((property) => {
    const name = property.getName();
    const value = property.getValue();
    if (!name || value === null || value === undefined) {
      throw refuse(
        'invalid',
        line,
        `${node.getKeyword()} takes NAME=value, and ${name || 'a name'} has no value`,
      );
    }
    return [name, value] as const;
  });
}

function readPorts(raw: string, line: Line): string[] {
  return raw.split(/\s+/).map((word) => {
    const port = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(plain(word, 'EXPOSE', line));
    if (!port || Number(port[1]) < 1 || Number(port[1]) > 65_535) {
      throw refuse('invalid', line, `${JSON.stringify(word)} is not a port such as 8080 or 8080/udp`);
    }
    return `${Number(port[1])}/${port[2] ?? 'tcp'}`;
  });
}

function readUser(raw: string, line: Line): string {
  if (!/^[\w.-]+(:[\w.-]+)?$/.test(plain(raw, 'USER', line))) {
    throw refuse('invalid', line, `${JSON.stringify(raw)} is not a user such as 1000 or 1000:1000`);
  }
  return raw;
}

function readArgv(raw: string, line: Line): string[] {
  return raw.startsWith('[') ? parseList(raw, line) : ['/bin/sh', '-c', raw];
}

/** The JSON form. Docker passes a list that is not JSON to a shell, which is never meant. */
function parseList(raw: string, line: Line): string[] {
  try {
    const list: unknown = JSON.parse(raw);
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  } catch {
    // refused below
  }
  throw refuse(
    'invalid',
    line,
    `${raw} looks like a list, but is not a JSON list of strings in double quotes`,
  );
}

/** A word without quotes, escapes and variables. */
function plain(word: string, keyword: string, line: Line): string {
  if (word.includes('$')) throw refuse('variable', line, `${keyword} uses a variable`);
  if (/["'\\]/.test(word)) {
    throw refuse(
      'unsupported',
      line,
      `${keyword} has quotes or a backslash${keyword === 'COPY' ? '; write it as a JSON list' : ''}`,
    );
  }
  return word;
}

function withoutContinuations(raw: string): string {
  return raw.replace(/\\[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*/g, '');
}
