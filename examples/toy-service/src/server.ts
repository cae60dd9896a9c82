import { createApp } from './app.ts';
import { log } from './log.ts';
import { settingsFrom, type Settings } from './settings.ts';

const settings = readSettings();
const app = createApp(settings.version);

app.server.on('error', (error) => {
  log('error', 'cannot listen', { reason: error.message });
  process.exit(1);
});
app.server.listen({ port: settings.port, host: settings.host }, () => {
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : settings.port;
  log('info', 'listening', { port, ...settings.version });
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    log('info', 'shutting down', { signal });
    const finished = await app.shutDown.begin(settings.graceMs);
    log(finished ? 'info' : 'warn', finished ? 'stopped' : 'stopped with requests still running');
    process.exit(finished ? 0 : 1);
  });
}

function readSettings(): Settings {
  try {
    return settingsFrom(process.env);
  } catch (error) {
    log('error', 'cannot start', { reason: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}
