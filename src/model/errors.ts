import { errorCatalogue, type ErrorCode } from './error-catalogue/catalogue.ts';

/** Where in a file something was found. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The text of that line, shown with a caret under `column`. */
  readonly sourceLine?: string | undefined;
  /** The key path inside a document, such as `services[2].image.tag`. */
  readonly keyPath?: string | undefined;
}

export interface BitiqErrorInit {
  readonly code: ErrorCode;
  /** What happened and why, as a sentence. */
  readonly message: string;
  /** What to do about it, as a sentence. */
  readonly fix: string;
  /** What state things are in. Default: "Nothing was changed." */
  readonly state?: string | undefined;
  readonly place?: Place | undefined;
  readonly cause?: unknown;
  /** The exit code of the command line. Default: that of the code. */
  readonly exit?: 1 | 2 | 3 | undefined;
}

/** The one error that bitiq throws on purpose: a permanent code, a sentence, a fix and the state things are in. */
export class BitiqError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;
  readonly state: string;
  readonly place: Place | undefined;
  /** The exit code that the command line ends with. */
  readonly exit: 1 | 2 | 3;

  constructor(init: BitiqErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'BitiqError';
    this.code = init.code;
    this.fix = init.fix;
    this.state = init.state ?? 'Nothing was changed.';
    this.place = init.place;
    this.exit = init.exit ?? errorCatalogue[init.code].exit;
  }

  /** The same error with another exit code, where a command gives the usual one another meaning. */
  withExit(exit: 1 | 2 | 3): BitiqError {
    const { code, message, fix, state, place, cause } = this;
    return new BitiqError({ code, message, fix, state, place, cause, exit });
  }
}

/** The run was ended from outside, such as by Ctrl-C; the message says what state things are in. */
export class Interrupted extends Error {}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
