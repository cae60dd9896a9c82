/** What the catalogue knows of a code: its exit code and the text of its page in the reference. */
export interface CatalogueEntry {
  /** 1 findings or differences, 2 usage, 3 something outside bitiq failed. */
  readonly exit: 1 | 2 | 3;
  /** One line: what the code stands for. */
  readonly title: string;
  /** One or two sentences for the reference: when it appears and what to do. */
  readonly explanation: string;
}
