import type { RunEvent } from '../../../tekton/index.ts';
import { forTerminal } from '../../for-terminal.ts';
import type { Paint } from '../../print.ts';

interface Line {
  mark: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  text: string;
  readonly steps: Map<string, Pick<Line, 'mark' | 'text'>>;
}

const marks = { waiting: '·', running: '▸', done: '✓', failed: '✗', skipped: '–' } as const;
const colours = { waiting: 'dim', running: 'cyan', done: 'green', failed: 'red', skipped: 'dim' } as const;

/** Lines and columns of a terminal as they are now. */
export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

/** At most this often, in milliseconds, the tree is drawn again because of a line of a log. */
const pause = 50;

/**
 * A run as a tree of its tasks and their steps, which is drawn again over itself at every change; the lines of the logs stay above
 * it. No line of the tree is wider than the terminal, so that it always covers itself.
 */
export class RunTree {
  readonly #tasks = new Map<string, Line>();
  readonly #last = new Map<string, string[]>();
  readonly #write: (text: string) => void;
  readonly #paint: Paint;
  readonly #size: () => ScreenSize;
  #above: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #drawn = 0;

  constructor(options: {
    readonly tasks: readonly string[];
    readonly write: (text: string) => void;
    readonly paint: Paint;
    /** The terminal; a tree with more lines shows only what is not done. */
    readonly size: () => ScreenSize;
  }) {
    for (const task of options.tasks) this.#tasks.set(task, { mark: 'waiting', text: '', steps: new Map() });
    this.#write = options.write;
    this.#paint = options.paint;
    this.#size = options.size;
  }

  take(event: RunEvent): void {
    if (!('task' in event)) return;
    if (event.type === 'log') {
      const key = `${event.task}/${event.step}`;
      this.#last.set(key, [...(this.#last.get(key) ?? []), event.line].slice(-10));
      this.#above.push(`${this.#paint('dim', `${key} |`)} ${event.line}`);
      this.#timer ??= setTimeout(() => this.#draw(), pause);
      return;
    }
    const task = this.#task(event.task);
    if (event.type === 'task-started') {
      task.mark = 'running';
      task.text = event.attempt > 0 ? `retry ${event.attempt}` : '';
      task.steps.clear();
    }
    if (event.type === 'step-started') task.steps.set(event.step, { mark: 'running', text: '' });
    if (event.type === 'step-ended') {
      const mark = event.reason === 'Skipped' ? 'skipped' : event.reason === 'Completed' ? 'done' : 'failed';
      task.steps.set(event.step, {
        mark,
        text: mark === 'failed' ? `${event.reason}, exit code ${event.exitCode}` : '',
      });
    }
    if (event.type === 'task-skipped') Object.assign(task, { mark: 'skipped', text: event.reason });
    if (event.type === 'task-ended') {
      const failed = event.condition.status !== 'True';
      Object.assign(task, { mark: failed ? 'failed' : 'done', text: failed ? event.condition.message : '' });
    }
    this.#draw();
  }

  /** Puts a line above the tree. */
  say(text: string): void {
    this.#above.push(text);
    this.#draw();
  }

  /** Shows what was not shown yet; the tree stays as it is then. */
  end(): void {
    if (this.#timer !== undefined) this.#draw();
  }

  /** The last lines of the logs of steps that failed their task. */
  failedLogs(): string[] {
    return [...this.#tasks].flatMap(([task, { mark: end, steps }]) =>
      [...steps].flatMap(([step, { mark }]) =>
        end === 'failed' && mark === 'failed'
          ? (this.#last.get(`${task}/${step}`) ?? []).map((line) => `${task}/${step} | ${line}`)
          : [],
      ),
    );
  }

  /** A task of a matrix is known by its place in it only when it starts; it takes the place of the one in the plan. */
  #task(name: string): Line {
    const known = this.#tasks.get(name);
    if (known) return known;
    const line: Line = { mark: 'waiting', text: '', steps: new Map() };
    const planned = name.replace(/-\d+$/, '');
    if (this.#tasks.get(planned)?.mark === 'waiting') this.#tasks.delete(planned);
    this.#tasks.set(name, line);
    return line;
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { rows, columns } = this.#size();
    const all = [...this.#tasks];
    const shown =
      all.length > rows - 8 ? all.filter(([, { mark }]) => mark === 'running' || mark === 'failed') : all;
    const lines = shown.flatMap(([name, line]) => [
      this.#line('', name, line, columns),
      ...(line.mark === 'running' || line.mark === 'failed'
        ? [...line.steps].map(([step, state]) => this.#line('  ', step, state, columns))
        : []),
    ]);
    if (shown !== all) {
      const done = all.filter(([, { mark }]) => mark === 'done' || mark === 'skipped').length;
      lines.push(this.#paint('dim', cutToWidth(`${done} of ${all.length} tasks are over`, columns - 1)));
    }
    const kept = lines.slice(0, Math.max(1, rows - 2));
    // A key that was pressed stands behind the tree: the next one begins at the left again.
    const up = this.#drawn > 0 ? `\r\u001B[${this.#drawn}A` : '';
    const above = this.#above.map((line) => `${forTerminal(line)}\n`).join('');
    this.#above = [];
    this.#write(`${up}\u001B[0J${above}${kept.join('\n')}\n`);
    this.#drawn = kept.length;
  }

  #line(indent: string, name: string, { mark, text }: Pick<Line, 'mark' | 'text'>, columns: number): string {
    // The last column stays free: some terminals begin a new line after it.
    const room = columns - 1 - indent.length - 2;
    const shown = cutToWidth(name, room);
    const one = cutToWidth(forTerminal(text.split('\n')[0]!), Math.min(100, room - widthOf(shown) - 2));
    return `${indent}${this.#paint(colours[mark], marks[mark])} ${shown}${one && this.#paint('dim', `  ${one}`)}`;
  }
}

const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u;

function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (wide.test(letter) ? 2 : 1), 0);
}

/** The text, or its beginning and an ellipsis where it is wider; empty where there is no room for a few letters. */
function cutToWidth(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  if (room < 4) return '';
  let cut = '';
  for (const letter of text) {
    if (widthOf(cut + letter) > room - 1) break;
    cut += letter;
  }
  return `${cut}…`;
}
