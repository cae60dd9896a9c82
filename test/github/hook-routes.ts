import type { Answer, Asked, Route } from './github-server.ts';

const hooks = String.raw`^/repos/(?<owner>[^/]+)/(?<repo>[^/]+)/hooks`;

/** Webhooks of a repository. Source: https://docs.github.com/en/rest/repos/webhooks. */
export const hookRoutes: readonly Route[] = [
  ['GET', new RegExp(`${hooks}$`), (asked) => ({ status: 200, list: hooksOf(asked).map(shown) })],
  ['POST', new RegExp(`${hooks}$`), createHook],
  ['PATCH', new RegExp(`${hooks}/(?<id>\\d+)$`), updateHook],
  ['DELETE', new RegExp(`${hooks}/(?<id>\\d+)$`), deleteHook],
  ['POST', new RegExp(`${hooks}/(?<id>\\d+)/pings$`), ping],
  ['GET', new RegExp(`${hooks}/(?<id>\\d+)/deliveries$`), listDeliveries],
];

const missing: Answer = { status: 404, body: { message: 'Not Found' } };

function hooksOf({ groups, state }: Asked): any[] {
  return state.hooks.filter((hook) => hook.repository === groups['repo']);
}

function findHook(asked: Asked): any {
  return hooksOf(asked).find((hook) => String(hook.id) === asked.groups['id']);
}

/** GitHub never gives a secret back. */
function shown(hook: any): unknown {
  const { repository: _, ...rest } = hook;
  return { ...rest, config: { ...hook.config, ...(hook.config.secret ? { secret: '********' } : {}) } };
}

function createHook(asked: Asked): Answer {
  const { body, state, groups } = asked;
  if (hooksOf(asked).some((hook) => hook.config.url === body.config.url)) {
    return {
      status: 422,
      body: {
        message: 'Validation Failed',
        errors: [{ resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' }],
      },
    };
  }
  const hook = {
    type: 'Repository',
    id: 100 + state.hooks.length,
    name: 'web',
    active: body.active ?? true,
    events: body.events ?? ['push'],
    config: { insecure_ssl: '0', ...body.config },
    repository: groups['repo'],
    last_response: { code: null, status: 'unused', message: null },
  };
  state.hooks.push(hook);
  return { status: 201, body: shown(hook) };
}

function updateHook(asked: Asked): Answer {
  const hook = findHook(asked);
  if (!hook) return missing;
  const { config, ...rest } = asked.body;
  Object.assign(hook, rest);
  // As documented: a config replaces the old one, so that a secret that is not sent is taken away.
  if (config) hook.config = { insecure_ssl: '0', ...config };
  return { status: 200, body: shown(hook) };
}

function deleteHook(asked: Asked): Answer {
  const hook = findHook(asked);
  if (!hook) return missing;
  asked.state.hooks.splice(asked.state.hooks.indexOf(hook), 1);
  return { status: 204 };
}

function ping(asked: Asked): Answer {
  const hook = findHook(asked);
  if (!hook) return missing;
  const deliveries = asked.state.deliveries.get(hook.id) ?? [];
  const code = hook.config.url.includes('down') ? 502 : 202;
  hook.last_response = { code, status: 'active', message: code === 202 ? 'OK' : 'failed to connect to host' };
  deliveries.unshift({
    id: 5000 + deliveries.length,
    event: 'ping',
    status: code === 202 ? 'OK' : 'failed to connect to host',
    status_code: code,
    delivered_at: new Date().toISOString(),
  });
  asked.state.deliveries.set(hook.id, deliveries);
  return { status: 204 };
}

function listDeliveries(asked: Asked): Answer {
  const hook = findHook(asked);
  return hook ? { status: 200, list: asked.state.deliveries.get(hook.id) ?? [] } : missing;
}
