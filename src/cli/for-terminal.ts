const sequence =
  /\u001B\[([0-?]*)[ -/]*([@-~])|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/**
 * A text as a terminal may get it: of what steers one only colours stay, and without `colour` nothing. Reasons, names and files are
 * written by others, and could move the cursor, set the title or hide what follows.
 */
export function forTerminal(text: string, { colour = true }: { readonly colour?: boolean } = {}): string {
  let isOpen = false;
  const shown = text
    .replace(/(?<!\r)\r+\n/g, '\n')
    .replace(sequence, (found: string, parameters?: string, end?: string) => {
      if (end === undefined) return found.length > 1 ? '' : '\uFFFD';
      if (!colour || end !== 'm' || !isColour(parameters ?? '')) return '';
      isOpen = !/^(?:0|22|39)?$/.test(parameters ?? '');
      return found;
    });
  // What somebody left open ends here.
  return isOpen ? shown.replace(/\n?$/, '\u001B[0m$&') : shown;
}

/** Whether the parameters of a sequence set colours and weight, and hide nothing (8). */
function isColour(parameters: string): boolean {
  return /^[0-9;]*$/.test(parameters) && (/[34]8;/.test(parameters) || !/(?:^|;)0*8(?:;|$)/.test(parameters));
}
