import { entriesOf, numberOf, typeOf, type Duration } from './values.ts';

/** A value of CEL as JSON, as Go's structpb has it: whole numbers beyond 2^53 become texts, bytes base64, times texts. */
export function toJson(value: unknown): unknown {
  const number = numberOf(value);
  if (typeof number === 'bigint')
    return Number.isSafeInteger(Number(number)) ? Number(number) : String(number);
  switch (typeOf(value)) {
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'list':
      return (value as readonly unknown[]).map(toJson);
    case 'map':
      return Object.fromEntries(entriesOf(value).map(([key, item]) => [String(key), toJson(item)]));
    case 'google.protobuf.Timestamp':
      return (value as Date).toISOString().replace(/\.?0*Z$/, 'Z');
    case 'google.protobuf.Duration':
      return printDuration(value as Duration);
    case 'double':
      if (!Number.isFinite(value)) return String(value);
      return value;
    case 'type':
      throw new Error('a type cannot be JSON');
    default:
      return value ?? null;
  }
}

function printDuration({ seconds, nanos }: Duration): string {
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${seconds}${fraction}s`;
}
