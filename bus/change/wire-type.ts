/**
 * What a writer puts on the wire for one column, and which declared types that can carry. The
 * Avro type says how the bytes are read, the semantic name (Connect's schema name) what they mean.
 * Lengths and ranges are not on the wire: they are checked value by value.
 */
import type { ColumnType } from './column-type.ts';

export type WirePrimitive =
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'bytes'
  | 'string'
  | 'enum'
  | 'fixed'
  | 'scaled-decimal';

export type WireType = {
  readonly avro: WirePrimitive;
  /** Connect's schema name ("io.debezium.time.MicroTimestamp"); undefined for a plain value. */
  readonly semantic: string | undefined;
  /** Digits after the point of a Connect Decimal. */
  readonly scale: number;
  /** Symbols of an Avro enum, in wire order; empty for the rest. */
  readonly symbols: readonly string[];
};

export const SEMANTIC = {
  decimal: 'org.apache.kafka.connect.data.Decimal',
  date: 'io.debezium.time.Date',
  connectDate: 'org.apache.kafka.connect.data.Date',
  timestampMs: 'io.debezium.time.Timestamp',
  connectTimestampMs: 'org.apache.kafka.connect.data.Timestamp',
  timestampUs: 'io.debezium.time.MicroTimestamp',
  timestampNs: 'io.debezium.time.NanoTimestamp',
  zonedTimestamp: 'io.debezium.time.ZonedTimestamp',
  timeMs: 'io.debezium.time.Time',
  connectTimeMs: 'org.apache.kafka.connect.data.Time',
  timeUs: 'io.debezium.time.MicroTime',
  timeNs: 'io.debezium.time.NanoTime',
  year: 'io.debezium.time.Year',
  bits: 'io.debezium.data.Bits',
  enum: 'io.debezium.data.Enum',
  enumSet: 'io.debezium.data.EnumSet',
  json: 'io.debezium.data.Json',
  uuid: 'io.debezium.data.Uuid',
  xml: 'io.debezium.data.Xml',
  scaledDecimal: 'io.debezium.data.VariableScaleDecimal',
} as const;

const { decimal, date, connectDate, zonedTimestamp, year, bits, json } = SEMANTIC;
const DATETIME = [
  SEMANTIC.timestampMs,
  SEMANTIC.connectTimestampMs,
  SEMANTIC.timestampUs,
  SEMANTIC.timestampNs,
].map((name) => `long ${name}`);
const TEXTS = ['string', 'enum', ...textSemantics(['enum', 'enumSet', 'json', 'uuid', 'xml'])];
const BYTES = ['bytes', 'fixed', `bytes ${bits}`];
const DECIMALS = [`bytes ${decimal}`, 'scaled-decimal', 'int', 'long', 'string'];

/** Wire forms ("avro" or "avro semantic") that each kind of declared type can be read from. */
const CARRIERS: Readonly<Record<ColumnType['kind'], readonly string[]>> = {
  chars: TEXTS,
  text: TEXTS,
  enum: ['string', 'enum', ...textSemantics(['enum', 'enumSet'])],
  json: ['string', `string ${json}`],
  integer: ['int', 'long', 'boolean', `int ${year}`, `bytes ${bits}`],
  decimal: DECIMALS,
  float: ['float', 'double'],
  date: [`int ${date}`, `int ${connectDate}`],
  moment: [],
  year: ['int', `int ${year}`],
  boolean: ['boolean', 'int'],
  binary: BYTES,
  blob: BYTES,
};

const MOMENT_CARRIERS: Readonly<Record<string, readonly string[]>> = {
  datetime: [...DATETIME, `string ${zonedTimestamp}`],
  // A DATETIME without a zone cannot become a point in time: only zoned text carries it.
  timestamp: [`string ${zonedTimestamp}`],
  time: [
    `int ${SEMANTIC.timeMs}`,
    `int ${SEMANTIC.connectTimeMs}`,
    `long ${SEMANTIC.timeUs}`,
    `long ${SEMANTIC.timeNs}`,
  ],
};

/** Whether every value of `type` that the writer means can be read from `wire`. */
export function accepts(type: ColumnType, wire: WireType): boolean {
  const form = wireTypeText(wire);
  if (type.kind === 'moment') return MOMENT_CARRIERS[type.name]?.includes(form) ?? false;
  // BIGINT UNSIGNED in precise mode is a Decimal without digits after the point.
  if (type.kind === 'integer' && form === `bytes ${decimal}`) return wire.scale === 0;
  return CARRIERS[type.kind].includes(form);
}

/** The wire type for people and comparison: "long io.debezium.time.MicroTimestamp". */
export function wireTypeText({ avro, semantic }: WireType): string {
  return semantic === undefined ? avro : `${avro} ${semantic}`;
}

function textSemantics(names: readonly (keyof typeof SEMANTIC)[]): string[] {
  return names.map((name) => `string ${SEMANTIC[name]}`);
}
