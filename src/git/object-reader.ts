import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { gitInvocation } from './git.ts';

/** An object as `git cat-file --batch` gives it. */
export interface GitObject {
  readonly sha: string;
  readonly type: string;
  readonly content: Buffer;
}

interface Question {
  readonly name: string;
  readonly answer: (object: GitObject | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** Milliseconds without a question after which the process of a repository is let go. */
const patience = 500;

const readers = new Map<string, ObjectReader>();

/**
 * The objects of these names (shas, `<commit>:<path>`, refs), in their order; undefined for one that does not exist or is ambiguous.
 * One git process answers all questions about a repository that come soon after another, as starting one for each costs more than
 * the answer; it never keeps this process alive. Rejects when that git process ends early.
 */
export function askObjects(directory: string, names: readonly string[]): Promise<(GitObject | undefined)[]> {
  const key = keyOf(directory);
  const reader = readers.get(key) ?? new ObjectReader(directory, key);
  return Promise.all(names.map((name) => reader.ask(name)));
}

/** A folder that was removed and made again under its name is another one. */
function keyOf(directory: string): string {
  return `${directory}\0${statSync(directory, { throwIfNoEntry: false })?.ino ?? 0}`;
}

class ObjectReader {
  readonly #key: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: Question[] = [];
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes that must be there before it is worth looking again. */
  #wanted = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(directory: string, key: string) {
    this.#key = key;
    const { args, env } = gitInvocation(directory, ['cat-file', '--batch']);
    this.#child = spawn('git', args, { env });
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('close', (code) => this.#end(new Error(`git cat-file ended with ${code}`)));
    this.#child.stdin.on('error', () => {}); // 'close' tells the same
    this.#child.stderr.resume();
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    readers.set(key, this);
    this.#hold(false);
  }

  ask(name: string): Promise<GitObject | undefined> {
    if (name.includes('\n')) return Promise.resolve(undefined);
    clearTimeout(this.#idle);
    if (this.#waiting.length === 0) this.#hold(true);
    return new Promise((answer, fail) => {
      this.#waiting.push({ name, answer, fail });
      this.#child.stdin.write(`${name}\n`);
    });
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return;
    let text = Buffer.concat(this.#chunks);
    for (let used = this.#answerFirst(text); used > 0; used = this.#answerFirst(text))
      text = text.subarray(used);
    this.#chunks = [text];
    this.#length = text.length;
    if (this.#waiting.length > 0) return;
    this.#hold(false);
    this.#idle = setTimeout(() => this.#letGo(), patience).unref();
  }

  /** Answers the first question if its whole answer is there; gives how many bytes that took. */
  #answerFirst(text: Buffer): number {
    const first = this.#waiting[0];
    const end = text.indexOf(10);
    if (first === undefined || end < 0) return 0;
    const header = text.toString('utf8', 0, end);
    const [, sha, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(header) ?? [];
    if (sha === undefined || type === undefined) {
      this.#waiting.shift();
      first.answer(undefined);
      this.#wanted = 0;
      return end + 1;
    }
    const total = end + 1 + Number(size) + 1;
    this.#wanted = text.length < total ? total : 0;
    if (this.#wanted > 0) return 0;
    this.#waiting.shift();
    first.answer({ sha, type, content: Buffer.from(text.subarray(end + 1, total - 1)) });
    return total;
  }

  #letGo(): void {
    if (readers.get(this.#key) === this) readers.delete(this.#key);
    this.#child.stdin.end();
  }

  #end(error: Error): void {
    clearTimeout(this.#idle);
    if (readers.get(this.#key) === this) readers.delete(this.#key);
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }

  /** Whether this process waits for git's answers before it may end. */
  #hold(on: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const part of [this.#child, stdin, stdout, stderr] as (Socket | ChildProcessWithoutNullStreams)[]) {
      if (on) part.ref();
      else part.unref();
    }
  }
}
