/**
 * The two sides of a pair, row by row: what should have been delivered, made of the hub's rows by
 * the gateway's own rules and masks, and what stands in the copy. Both are streamed in pages; a row
 * is reduced to fingerprints at once, and only its delivered key stays in clear.
 */
import { createHash } from 'node:crypto';
import { must } from '../../base/assert.ts';
import type { SqlDatabase, SqlSession, SqlValue } from '../../sql/sql.ts';
import { bindPair, topicColumns, type PairTools } from '../gateway/bound-pair.ts';
import type { HubMoments } from '../gateway/hub-moment.ts';
import type { CompiledPair, PairField } from '../pair.ts';
import type { Dialect } from '../subscriber/dialect.ts';
import { canonicalText } from './canonical-text.ts';

export type DeliveredRow = {
  /** Of the key alone; equal on both sides for the same key. */
  readonly id: string;
  /** As delivered: tokens where the key is masked. */
  readonly key: readonly string[];
  /** One for each delivered field, in their order. */
  readonly prints: readonly string[];
};

/** Hands over every row of one side, each key once. */
export type RowSide = { each(take: (row: DeliveredRow) => void): Promise<void> };

export type HubSide = {
  /** As of one moment of the hub; answers how many rows no rule or mask could judge: they count as out of scope. */
  each(take: (row: DeliveredRow) => void): Promise<number>;
};

/** What the copy should hold. */
export function hubSide(
  pair: CompiledPair,
  { hub, tools }: { readonly hub: HubMoments; readonly tools: PairTools },
): HubSide {
  const columns = topicColumns([pair]);
  const bound = bindPair(pair, columns, tools);
  return {
    each: (take) =>
      hub.look(async (moment) => {
        let faults = 0;
        for await (const page of moment.pages(pair.resource, columns))
          for (const image of page) {
            const { decision, faulty } = bound.decide(null, image);
            if (faulty) faults++;
            if (decision?.kind === 'UPSERT') take(deliveredRow(pair, decision.row));
          }
        return faults;
      }),
  };
}

const PAGE_ROWS = 2_000;

/** What the copy holds, in the order of its key. */
export function copySide(
  pair: CompiledPair,
  {
    database,
    dialect,
    table,
  }: { readonly database: SqlDatabase; readonly dialect: Dialect; readonly table: string },
): RowSide {
  const key = pair.fields.slice(0, pair.keyFields);
  const keyList = key.map(({ name }) => dialect.quote(name)).join(', ');
  const marks = key.map(() => '?').join(', ');
  const all = pair.fields.map(({ name }) => dialect.quote(name)).join(', ');
  const page = (session: SqlSession, after: readonly SqlValue[] | undefined) =>
    session.query<Record<string, SqlValue>>(
      `SELECT ${all} FROM ${dialect.quote(table)}${after ? ` WHERE (${keyList}) > (${marks})` : ''} ORDER BY ${keyList} LIMIT ${PAGE_ROWS}`,
      after ?? [],
    );
  return {
    async each(take) {
      let after: readonly SqlValue[] | undefined;
      for (;;) {
        const found = await page(database, after);
        for (const row of found)
          take(
            deliveredRow(
              pair,
              pair.fields.map(({ name }) => row[name] ?? null),
            ),
          );
        const last = found.at(-1);
        if (!last || found.length < PAGE_ROWS) return;
        after = key.map(({ name }) => last[name] ?? null);
      }
    },
  };
}

/** The copy's row of one delivered key; undefined when it has none. */
export async function copyRow(
  pair: CompiledPair,
  {
    database,
    dialect,
    table,
  }: { readonly database: SqlDatabase; readonly dialect: Dialect; readonly table: string },
  key: readonly SqlValue[],
): Promise<DeliveredRow | undefined> {
  const names = pair.fields.map(({ name }) => name);
  const where = names.slice(0, pair.keyFields).map((name) => `${dialect.quote(name)} = ?`);
  const [row] = await database.query<Record<string, SqlValue>>(
    `SELECT ${names.map(dialect.quote).join(', ')} FROM ${dialect.quote(table)} WHERE ${where.join(' AND ')}`,
    key,
  );
  if (!row) return undefined;
  return deliveredRow(
    pair,
    names.map((name) => row[name] ?? null),
  );
}

/** Reduces a row to what is compared. */
export function deliveredRow(
  { fields, keyFields }: CompiledPair,
  values: readonly SqlValue[],
): DeliveredRow {
  const texts = values.map((value, at) => canonicalText(fieldAt(fields, at).deliveredType, value));
  const key = texts.slice(0, keyFields).map((text) => text ?? '');
  return { id: fingerprint(JSON.stringify(key)), key, prints: texts.map(printOf) };
}

function fieldAt(fields: readonly PairField[], at: number): PairField {
  return must(fields[at], 'a field for each value');
}

function printOf(text: string | null): string {
  return text === null ? '' : fingerprint(text);
}

/** 96 bits: that two of some millions of values have the same is out of the question. */
function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 16);
}
