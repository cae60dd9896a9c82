// Compares what an EventListener answers over HTTP and creates.
import { Outside, Refused } from './outside.js';

const kinds = ['EventListener', 'Trigger', 'TriggerBinding', 'ClusterTriggerBinding', 'TriggerTemplate'];

export function sinkKinds({ ours, differ, cursorOf, addedLabels }) {
  const listenerOf = (world) => {
    const trees = kinds.flatMap((kind) =>
      (world[kind] ?? []).map((one) => ({ ...one, apiVersion: 'triggers.tekton.dev/v1beta1', kind })),
    );
    const text = trees.map((tree) => JSON.stringify(tree)).join('\n---\n');
    try {
      return ours.loadListener([{ file: 'f', text }], world.name);
    } catch (error) {
      const [line] = error.message.split('\n');
      if (/ is not supported without a cluster|There is no \w+ named/.test(line)) throw new Refused(line);
      if (/has a triggerRef and/.test(line)) throw new Outside(`admission lets it in neither: ${line}`);
      throw error;
    }
  };
  const send = (listener, { request, secrets }) =>
    ours.handleEvent(
      listener,
      { method: request.method, url: request.url, headers: request.header, body: Buffer.from(request.body) },
      { secrets: secrets ?? {}, eventId: '12345', newUid: () => '12345' },
    );

  return {
    event: async ({ in: world, out }) => {
      if (out.status === 500) throw new Outside('an EventListener that the sink cannot find cannot be asked');
      const answer = await send(listenerOf(world), world);
      const created = answer.triggers
        .filter(({ outcome }) => outcome === 'fired')
        .flatMap(({ resources }) => resources.map((resource) => print(withoutLabels(resource))));
      const wanted = (out.created ?? []).flatMap(({ resources, namespace }) =>
        resources.map((text) => {
          const tree = JSON.parse(text);
          const metadata = { ...tree.metadata, namespace: tree.metadata?.namespace ?? namespace };
          return print(withoutLabels({ ...tree, metadata }));
        }),
      );
      const isCloudEvent = Object.keys(world.request.header).some((name) => name.startsWith('Ce-'));
      const body = isCloudEvent ? undefined : { ...JSON.parse(out.body), eventListenerUID: '' };
      return (
        differ(answer.status, out.status) ??
        differ(
          isCloudEvent ? undefined : { ...JSON.parse(answer.responseBody), eventListenerUID: '' },
          body,
        ) ??
        differ(created.sort(), wanted.sort())
      );
    },
    payload: async ({ in: { request, validates, name, namespace }, out }) => {
      const annotations = validates ? {} : { 'tekton.dev/payload-validation': 'false' };
      const spec = { labelSelector: {} };
      const listener = listenerOf({
        name,
        EventListener: [{ metadata: { name, namespace, annotations }, spec }],
      });
      const { status, responseBody } = await send(listener, { request });
      const isRefused = out.status === 400;
      if ((status === 400) !== isRefused) return `got ${status}, want ${out.status}`;
      // Why the body is refused is said in other words.
      const withoutWords = (body) => ({ ...JSON.parse(body), errorMessage: '' });
      return isRefused ? differ(withoutWords(responseBody), withoutWords(out.body)) : undefined;
    },
    chain: async ({ in: world, out, error }) => {
      const { cursor, findings } = cursorOf({ list: world.interceptors ?? [] });
      const chain = ours.readInterceptors(cursor.at('list'), {});
      const [fault] = findings.filter(({ severity }) => severity === 'error');
      if (fault) throw new Refused(fault.message);
      const passed = await ours.runInterceptors(
        chain,
        {
          raw: Buffer.from(world.request.body),
          headers: ours.readHeaders(world.request.header ?? {}),
          url: world.request.url,
          extensions: world.extensions ?? {},
        },
        { secrets: world.secrets },
      );
      const isThrough = error === undefined && (out.answer?.continue ?? true);
      if (Boolean(passed.stopped) === isThrough)
        return `got ${JSON.stringify(passed.stopped ?? 'through')}, want ${error ?? JSON.stringify(out.answer)}`;
      if (!isThrough) return undefined;
      return (
        differ(
          passed.event.extensions,
          out.answer ? (out.answer.extensions ?? {}) : (world.extensions ?? {}),
        ) ?? differ(passed.event.raw.toString(), out.payload)
      );
    },
  };

  function withoutLabels(resource) {
    const labels = Object.fromEntries(
      Object.entries(resource.metadata?.labels ?? {}).filter(([key]) => !addedLabels.includes(key)),
    );
    return { ...resource, metadata: { ...resource.metadata, labels } };
  }

  function print(value) {
    return ours.printGoJson(value);
  }
}
