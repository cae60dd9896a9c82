import type { ChildProcess } from 'node:child_process';
import type { ServerResponse } from 'node:http';

const longestHead = 64 * 1024;

/**
 * Relays what a CGI program prints as the answer of a request, with back-pressure, until it has ended.
 * Gives a sentence when something went wrong.
 */
export function relayResponse(program: ChildProcess, response: ServerResponse): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { stdout, stderr } = program;
    let complaint = '';
    let head: Buffer | undefined = Buffer.alloc(0);
    stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-4096)));
    const readHead = (chunk: Buffer): void => {
      head = Buffer.concat([head ?? Buffer.alloc(0), chunk]);
      const end = /\r?\n\r?\n/.exec(head.toString('latin1'));
      if (end === null) {
        if (head.length > longestHead) program.kill('SIGKILL');
        return;
      }
      stdout?.off('data', readHead);
      const rest = head.subarray(end.index + end[0].length);
      writeHead(response, head.subarray(0, end.index).toString('latin1'));
      head = undefined;
      response.write(rest);
      stdout?.pipe(response, { end: false });
    };
    stdout?.on('data', readHead);
    program.on('error', (error) => finish(error.message));
    program.on('close', (code, signal) =>
      finish(code === 0 ? undefined : `git http-backend ended with ${signal ?? code}`),
    );
    const finish = (reason: string | undefined): void => {
      const clientLeft = response.destroyed && !response.writableFinished;
      if (head !== undefined && !response.headersSent) {
        response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
        response.end('Git could not answer this request.\n');
      } else if (reason !== undefined && signalled(program)) {
        response.destroy();
      } else {
        response.end();
      }
      resolve(
        clientLeft || reason === undefined
          ? undefined
          : [reason, complaint.trim()].filter(Boolean).join(': '),
      );
    };
  });
}

function writeHead(response: ServerResponse, text: string): void {
  let status = 200;
  const headers: [string, string][] = [];
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 200;
    else headers.push([name, value]);
  }
  response.writeHead(status, headers.flat());
}

/** An answer cut short must look cut short to the client. */
function signalled(program: ChildProcess): boolean {
  return program.signalCode !== null;
}
