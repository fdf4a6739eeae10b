import { beforeAll, describe, expect, test } from 'vitest';
import { resolveView } from '../../../../bus/view/declaration/resolve.ts';
import { rebuildView, type RebuildOptions } from '../../../../bus/view/rebuild/rebuild.ts';
import type { RunningView } from '../../../../bus/view/run.ts';
import { clearHalt } from '../../../../bus/view/store/offset-store.ts';
import { applySources } from '../../../../connectors/apply.ts';
import { type RealSource, realSource } from '../../../connectors/real-source.ts';
import { testStack } from '../../../support/env.ts';
import {
  type CapturedView,
  capturedView,
  personView,
} from '../../../support/view/captured-view.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const ROWS = 300;

const stack = await testStack('rebuild');
let source: RealSource;
let captured: CapturedView;
let running: RunningView;

beforeAll(async () => {
  source = await realSource(stack);
  await source.sql.execute('INSERT INTO person (id_number, name) VALUES ?', [
    Array.from({ length: ROWS }, (_, n) => [`p${String(n).padStart(4, '0')}`, `n${n}`]),
  ]);
  const file = await source.file();
  await applySources([file], source.context, source);
  captured = await capturedView(stack, source, file);
  running = await captured.run();
  await captured.untilEqual(150_000);
});

const rebuild = (more: Partial<RebuildOptions> = {}) =>
  rebuildView({ view: captured.view, ports: captured.rebuild, timeoutMs: PATIENCE_MS, ...more });

/** Writes to the department as long as `during` lasts, and answers how many transactions that were. */
async function whileWriting(during: () => Promise<unknown>): Promise<number> {
  let over = false;
  let count = 0;
  const writing = (async () => {
    for (; !over; count++) {
      const id = `p${String((count * 7) % ROWS).padStart(4, '0')}`;
      const name = `w${count}`;
      await source.sql.execute('REPLACE INTO person (id_number, name) VALUES (?, ?)', [id, name]);
      await source.sql.execute('DELETE FROM person WHERE id_number = ?', [
        `p${String((count * 11) % ROWS).padStart(4, '0')}`,
      ]);
    }
  })();
  try {
    await during();
  } finally {
    over = true;
    await writing;
  }
  return count;
}

const databases = async (): Promise<string[]> =>
  (
    await captured.hub.query<{ name: string }>(
      'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?',
      [`${captured.view.database}%`],
    )
  ).map(({ name }) => name);

const offsets = () =>
  captured.hub.query<{ generation: number; halt_code: string | null }>(
    'SELECT DISTINCT generation, halt_code FROM civicbus_offset',
  );

describe('a view that is rebuilt', () => {
  test('loses nothing while changes flow, and its consumers go on by themselves', async () => {
    await captured.hub.execute("UPDATE citizen__rows SET name = 'altered' WHERE id_number < 'p01'");
    await captured.hub.execute(
      "INSERT INTO citizen__rows (id_number, name, identity__there) VALUES ('planted', 'x', 1)",
    );
    await whileWriting(async () => {
      expect(await rebuild()).toMatchObject({ held: [], generation: 2 });
    });
    await captured.untilEqual();
    expect(await offsets()).toEqual([{ generation: 2, halt_code: null }]);
    expect(await databases()).toEqual([captured.view.database]);
    await source.sql.execute("REPLACE INTO person (id_number, name) VALUES ('after', 'x')");
    await captured.untilEqual();
  });

  test('keeps its history, and what only the shadow applied is added to it', async () => {
    const [first] = await captured.hub.query<{ n: number }>(
      'SELECT COUNT(*) AS n FROM civicbus_history WHERE generation = 1',
    );
    expect(first?.n).toBeGreaterThanOrEqual(ROWS);
    await source.sql.execute("UPDATE person SET name = 'again' WHERE id_number = 'after'");
    await captured.untilEqual();
    const rows = await captured.hub.query<{ op: string }>(
      "SELECT op FROM civicbus_history WHERE row_key = 'after' ORDER BY source_ms, `offset`",
    );
    expect(rows.map(({ op }) => op)).toEqual(['c', 'u']);
  });

  test('that is cut off before the exchange is as it was, and can be rebuilt again', async () => {
    const cut = new AbortController();
    const broken = rebuild({
      signal: cut.signal,
      onState: (state) => state === 'catching-up' && cut.abort(),
    });
    await expect(broken).rejects.toMatchObject({ code: 'BUS_ABORTED' });
    expect(await offsets()).toEqual([{ generation: 2, halt_code: null }]);
    await source.sql.execute("UPDATE person SET name = 'cut' WHERE id_number = 'after'");
    await captured.untilEqual();
    expect(await rebuild()).toMatchObject({ generation: 3 });
    await captured.untilEqual();
  });

  test('that is cut off after the exchange is finished by the next call', async () => {
    const { rebuild: ports } = captured;
    let swapped = false;
    const server: typeof ports.server = {
      ...ports.server,
      query: (sql, values) => ports.server.query(sql, values),
      transaction: (work) => ports.server.transaction(work),
      close: () => Promise.resolve(),
      async execute(sql, values) {
        if (swapped) throw new Error('killed');
        const done = await ports.server.execute(sql, values);
        swapped = sql.includes('RENAME TABLE');
        return done;
      },
    };
    await expect(rebuild({ ports: { ...ports, server } })).rejects.toThrow('killed');
    expect(await rebuild()).toMatchObject({ held: [], generation: 4 });
    expect(await databases()).toEqual([captured.view.database]);
    await captured.untilEqual();
  });

  test('by a changed declaration waits for consumers that have it', async () => {
    const declared = personView(source, captured.view.database, 'varchar(200)');
    const wider = resolveView(
      {
        ...declared,
        blocks: declared.blocks.map((block) => ({
          ...block,
          items: [...block.items, { name: 'also', type: 'varchar(200)', from: 'name' }],
        })),
      },
      'wider',
    );
    const result = await rebuild({ view: wider });
    expect(result).toMatchObject({ held: [`${wider.name}/identity`], generation: 5 });
    expect(await offsets()).toEqual([{ generation: 5, halt_code: 'VIEW_REBUILDING' }]);
    await running.close();
    await captured.run(wider);
    await clearHalt(captured.hub, `${wider.name}/identity`);
    await source.sql.execute("REPLACE INTO person (id_number, name) VALUES ('wider', 'both')");
    await captured.untilEqual();
    const unequal = await captured.hub.query('SELECT 1 FROM citizen WHERE NOT (name <=> also)');
    expect(unequal).toEqual([]);
  });
});
