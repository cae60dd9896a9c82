import type { RunEvent } from '../../../tekton/run/events.ts';
import type { Paint } from '../../print.ts';

interface Line {
  mark: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  text: string;
  readonly steps: Map<string, Pick<Line, 'mark' | 'text'>>;
}

const marks = { waiting: '·', running: '▸', done: '✓', failed: '✗', skipped: '–' } as const;
const colours = { waiting: 'dim', running: 'cyan', done: 'green', failed: 'red', skipped: 'dim' } as const;

/** A run as a tree of its tasks and their steps, which is drawn anew over itself at every change. */
export class RunTree {
  readonly #tasks = new Map<string, Line>();
  readonly #last = new Map<string, string[]>();
  readonly #write: (text: string) => void;
  readonly #paint: Paint;
  readonly #rows: number;
  #drawn = 0;

  constructor(options: {
    readonly tasks: readonly string[];
    readonly write: (text: string) => void;
    readonly paint: Paint;
    /** Lines of the terminal; a longer tree shows only what is not done. */
    readonly rows: number;
  }) {
    for (const task of options.tasks) this.#tasks.set(task, { mark: 'waiting', text: '', steps: new Map() });
    this.#write = options.write;
    this.#paint = options.paint;
    this.#rows = options.rows;
  }

  take(event: RunEvent): void {
    if (!('task' in event)) return;
    if (event.type === 'log') {
      const key = `${event.task}/${event.step}`;
      this.#last.set(key, [...(this.#last.get(key) ?? []), event.line].slice(-10));
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

  /** The last lines of the logs of steps that failed. */
  failedLogs(): string[] {
    return [...this.#tasks].flatMap(([task, { steps }]) =>
      [...steps].flatMap(([step, { mark }]) =>
        mark === 'failed'
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
    const all = [...this.#tasks];
    const shown =
      all.length > this.#rows - 8
        ? all.filter(([, { mark }]) => mark === 'running' || mark === 'failed')
        : all;
    const lines = shown.flatMap(([name, line]) => [
      this.#line('', name, line),
      ...(line.mark === 'running' || line.mark === 'failed'
        ? [...line.steps].map(([step, state]) => this.#line('  ', step, state))
        : []),
    ]);
    if (shown !== all) {
      const done = all.filter(([, { mark }]) => mark === 'done' || mark === 'skipped').length;
      lines.push(this.#paint('dim', `${done} of ${all.length} tasks are over`));
    }
    const kept = lines.slice(0, Math.max(1, this.#rows - 2));
    const up = this.#drawn > 0 ? `\u001B[${this.#drawn}A` : '';
    this.#write(`${up}\u001B[0J${kept.join('\n')}\n`);
    this.#drawn = kept.length;
  }

  #line(indent: string, name: string, { mark, text }: Pick<Line, 'mark' | 'text'>): string {
    const one = text.split('\n')[0]!.slice(0, 100);
    return `${indent}${this.#paint(colours[mark], marks[mark])} ${name}${one && this.#paint('dim', `  ${one}`)}`;
  }
}
