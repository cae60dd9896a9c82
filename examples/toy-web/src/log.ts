/** Writes one line of JSON to stdout. Callers pass no header, query or body: those may hold secrets. */
export function log(level: 'info' | 'warn' | 'error', message: string, fields: object = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}
