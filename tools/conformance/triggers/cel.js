// Compares expressions and their values, type by type.

export function celKinds({ ours, outcome, eventOf }) {
  const evaluate = (expression, data, secrets) => {
    return plain(ours.compileTriggerExpression(expression)(data, secrets ?? {}), ours);
  };
  return {
    cel: ({ in: { expression, data, secrets }, out, error }) =>
      outcome(error, revive(out, false), () => evaluate(expression, revive(data, true, ours), secrets)),
    'cel-eval': ({ in: { expression, request }, out, error }) =>
      outcome(error, out, () => {
        const { url, headers, body } = ours.parseRequest(Buffer.from(request), 'r');
        const { body: value } = eventOf({ header: {}, body: body.toString() });
        const header = Object.fromEntries(ours.readHeaders(headers));
        return String(evaluate(expression, { body: value, header, requestURL: url, extensions: {} }));
      }),
  };
}

/** A typed value of the records: for the engine, or as `plain` prints what the engine gives. */
export function revive(value, forEngine, ours) {
  if (Array.isArray(value)) return value.map((item) => revive(item, forEngine, ours));
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0].startsWith('~')) {
    const text = value[keys[0]];
    if (keys[0] === '~int') return BigInt(text);
    if (keys[0] === '~double') return Number(text.replace('Inf', 'Infinity'));
    if (!forEngine) return value;
    if (keys[0] === '~uint') return ours.uint(BigInt(text));
    if (keys[0] === '~bytes') return new Uint8Array(Buffer.from(text, 'base64'));
    throw new Error(`unknown type ${keys[0]}`);
  }
  return Object.fromEntries(keys.map((key) => [key, revive(value[key], forEngine, ours)]));
}

/** A value of the engine with its type where JSON has none. */
export function plain(value, ours) {
  const type = ours.typeOf(value);
  switch (type) {
    case 'null_type':
      return null;
    case 'uint':
      return { '~uint': String(value.value) };
    case 'bytes':
      return { '~bytes': Buffer.from(value).toString('base64') };
    case 'list':
      return value.map((item) => plain(item, ours));
    case 'map':
      return Object.fromEntries(ours.entriesOf(value).map(([key, item]) => [String(key), plain(item, ours)]));
    case 'google.protobuf.Timestamp':
      return { '~types.Timestamp': value.toISOString().replace(/\.?0*Z$/, 'Z') };
    case 'google.protobuf.Duration':
      return { '~types.Duration': `${Number(value.seconds) + value.nanos / 1e9}s` };
    case 'type':
      return { '~*types.Type': ours.nameOfType(value) };
    default:
      return value;
  }
}
