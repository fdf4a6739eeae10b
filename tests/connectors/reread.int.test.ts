import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../bus/base/log.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import type { Reread } from '../../bus/view/sweep/reread.ts';
import { applySources } from '../../connectors/apply.ts';
import { loadSources } from '../../connectors/load-source.ts';
import { createReread } from '../../connectors/reread.ts';
import { testStack } from '../support/env.ts';
import { type RealSource, realSource, untilCaptured } from './real-source.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const stack = await testStack('reread');
const ROWS = 300;
let source: RealSource;
let topic: string;
let reread: Reread;

beforeAll(async () => {
  source = await realSource(stack);
  topic = `cdc.${source.name}.${source.database}.person`;
  const rows = Array.from({ length: ROWS }, (_, n) => [`p${String(n).padStart(4, '0')}`, 'x𠮷']);
  await source.sql.execute('INSERT INTO person (id_number, name) VALUES ?', [rows]);
  const file = await source.file();
  await applySources([file], source.context, source);
  await untilCaptured(source, 'all rows', async () => (await written()) >= ROWS || undefined);
  const [loaded] = await loadSources([file]);
  const { url, reader } = stack.endpoints.registry;
  const registry = createConfluentRegistry({
    url,
    user: reader.user,
    password: await stack.password(reader),
  });
  reread = createReread({
    kafka: source.kafka,
    admin: source.ports.admin,
    fetchSchema: (id) => registry.schemaById(id),
    source: () => Promise.resolve(loaded!.source),
    log: silentLog,
  });
});

async function written(): Promise<number> {
  const offsets = await source.ports.admin.offsets([topic]);
  return Number(offsets.reduce((sum, { end }) => sum + end, 0n));
}

async function readAgain(since?: bigint) {
  const from = since ?? (await reread.begin(source.name));
  const before = await written();
  await reread.read({
    id: randomUUID(),
    source: source.name,
    table: 'person',
    since: from,
    timeoutMs: PATIENCE_MS,
  });
  return { since: from, grown: (await written()) - before };
}

describe('reading a table again', () => {
  test('ends when all rows are in the topic; what was read since a place is known at once', async () => {
    const first = await readAgain();
    expect(first.grown).toBeGreaterThanOrEqual(ROWS);
    const second = await readAgain(first.since);
    expect(second.grown).toBe(0);
  });

  test('ends for a table that was emptied', async () => {
    await source.sql.execute('DELETE FROM person');
    await expect(readAgain()).resolves.toBeDefined();
  });
});
