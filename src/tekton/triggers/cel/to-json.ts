import { entriesOf, numberOf, typeOf, type Duration } from './values.ts';

/** A value of CEL as JSON, as Go's structpb has it: whole numbers beyond 2^53 become texts, bytes base64, times texts. Keys that are no texts, and numbers that are not finite, are thrown. */
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
      return Object.fromEntries(entriesOf(value).map(([key, item]) => [keyOf(key), toJson(item)]));
    case 'google.protobuf.Timestamp':
      return printTimestamp(value as Date);
    case 'google.protobuf.Duration':
      return printDuration(value as Duration);
    case 'double':
      if (!Number.isFinite(value))
        throw new Error(`google.protobuf.Value.number_value: invalid ${String(value)} value`);
      return value;
    case 'type':
      throw new Error('a type cannot be JSON');
    default:
      return value ?? null;
  }
}

function keyOf(key: unknown): string {
  if (typeof key !== 'string') throw new Error(`unsupported type conversion from '${typeOf(key)}' to string`);
  return key;
}

/** A time as RFC 3339 has it, without zeros at the end of the fraction. */
export function printTimestamp(time: Date): string {
  return time.toISOString().replace(/\.?(?<!0)0*Z$/, 'Z');
}

/** Seconds with an `s`. */
export function printDuration({ seconds, nanos }: Duration): string {
  const fraction =
    nanos === 0
      ? ''
      : `.${String(nanos)
          .padStart(9, '0')
          .replace(/(?<!0)0+$/, '')}`;
  return `${seconds}${fraction}s`;
}
