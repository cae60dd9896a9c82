import type { Peer } from './rendering.ts';

/** The port that a URL means when it names none. */
const defaultPorts: Readonly<Record<string, number>> = { http: 80, ws: 80, https: 443, wss: 443 };

/**
 * Rewrites every address of a Service in an environment value (`http://name`, `name:port`, `name.namespace.svc.cluster.local`) to
 * where that service answers on this machine. A bare `name` may be any word, and a port that the Service does not have would not
 * work in a cluster either: both stay as they are.
 */
export function rewriteAddresses(
  value: string,
  peers: readonly Peer[],
  addressOf: (service: string) => string | undefined,
): string {
  let rewritten = value;
  for (const peer of peers) {
    if (!rewritten.includes(peer.host)) continue;
    const address = addressOf(peer.service);
    if (address === undefined) continue;
    rewritten = rewritten.replace(addressPattern(peer), (whole: string, ...found: (string | undefined)[]) => {
      const [scheme, user = '', domain, port] = found;
      if (scheme === undefined && domain === undefined && port === undefined) return whole;
      const meant = port === undefined ? (defaultPorts[scheme ?? ''] ?? peer.port) : Number(port);
      return meant === peer.port ? `${scheme === undefined ? '' : `${scheme}://`}${user}${address}` : whole;
    });
  }
  return rewritten;
}

function addressPattern(peer: Peer): RegExp {
  const namespace = peer.namespace === undefined ? '' : `|\\.${peer.namespace}`;
  return new RegExp(
    `(?<![\\w.-])(?:([a-z][a-z0-9+.-]*)://([^\\s/@]+@)?)?${peer.host}(\\.[a-z0-9-]+\\.svc(?:\\.cluster\\.local)?\\.?${namespace})?(?::(\\d+))?(?![\\w.:@-])`,
    'g',
  );
}
