import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';
import { openQueue } from '../../process/queue.ts';
import { readJsonIfThere } from '../../process/read-if-there.ts';
import { releasePort, takeFreePort } from './local-ports.ts';
import { openSwitch, type Switch } from './switch.ts';

/** The stable local addresses of an environment's services. */
export interface Addresses {
  /** Opens the address of a service: the port it had before where that is free, else a new one, remembered for the next time. */
  open(service: string): Promise<Switch>;
}

/** Reads the ports that the services of an environment had from `<directory>/ports.json`. */
export async function openAddresses(directory: string): Promise<Addresses> {
  const file = join(directory, 'ports.json');
  const ports = await readPorts(file);
  const writing = openQueue();

  function remember(service: string, port: number): Promise<void> {
    if (ports[service] === port) return Promise.resolve();
    ports[service] = port;
    return writing.add(() => replaceFile(file, `${JSON.stringify(ports, null, 2)}\n`));
  }

  return {
    async open(service) {
      const known = ports[service];
      const opened = (known === undefined ? undefined : await tryOpen(known)) ?? (await openAnywhere());
      await remember(service, opened.port);
      return opened;
    },
  };
}

async function tryOpen(port: number): Promise<Switch | undefined> {
  try {
    return await openSwitch(port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return undefined;
    throw error;
  }
}

async function openAnywhere(): Promise<Switch> {
  for (;;) {
    const port = await takeFreePort();
    const opened = await tryOpen(port);
    releasePort(port);
    if (opened !== undefined) return opened;
  }
}

/** The ports from before; where they are not there or damaged, the services get new addresses. */
async function readPorts(file: string): Promise<Record<string, number>> {
  const found = await readJsonIfThere(file);
  return typeof found === 'object' && found !== null ? (found as Record<string, number>) : {};
}
