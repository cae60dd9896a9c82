/** Whether a text names a repository elsewhere: a URL with its scheme, or `user@host:path` as ssh has it; anything else is a path. */
export function isRemoteAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|^[\w.-]+@[\w.-]+:/i.test(text);
}
