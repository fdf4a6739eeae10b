import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../bus/base/retry.ts';
import { openDatabase } from '../../../../bus/sql/mysql/mysql-database.ts';
import type { SqlRow } from '../../../../bus/sql/sql.ts';
import { sweepUnit, type SweepOptions } from '../../../../bus/view/sweep/sweep.ts';
import { applySources } from '../../../../connectors/apply.ts';
import { type RealSource, realSource } from '../../../connectors/real-source.ts';
import { testStack } from '../../../support/env.ts';
import { type CapturedView, capturedView } from '../../../support/view/captured-view.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const ROWS = 400;
const WAIT = { timeoutMs: PATIENCE_MS };

const stack = await testStack('sweep');
let source: RealSource;
let captured: CapturedView;
/** Told of every step of every sweep; a test replaces it. */
let onState: SweepOptions['onState'];

beforeAll(async () => {
  source = await realSource(stack);
  await source.sql.execute('INSERT INTO person (id_number, name) VALUES ?', [
    Array.from({ length: ROWS }, (_, n) => [`p${String(n).padStart(4, '0')}`, `n${n}`]),
  ]);
  const file = await source.file();
  await applySources([file], source.context, source);
  captured = await capturedView(stack, source, file);
  await captured.run();
  await captured.untilEqual(150_000);
});

const sweep = (more: Partial<SweepOptions> = {}) =>
  sweepUnit({
    view: captured.view,
    unit: 'identity',
    ports: captured.sweep,
    ...WAIT,
    onState: (state, run) => onState?.(state, run),
    ...more,
  });

/** Writes to the department as long as `during` lasts. */
async function whileWriting<T>(during: () => Promise<T>): Promise<T> {
  let over = false;
  const writing = (async () => {
    for (let n = 0; !over; n++) {
      const id = `p${String((n * 7) % ROWS).padStart(4, '0')}`;
      await source.sql.execute('REPLACE INTO person (id_number, name) VALUES (?, ?)', [
        `live${n}`,
        'new',
      ]);
      await source.sql.execute('UPDATE person SET name = ? WHERE id_number = ?', [`w${n}`, id]);
      await source.sql.execute('DELETE FROM person WHERE id_number = ?', [`live${n - 3}`]);
    }
  })();
  try {
    return await during();
  } finally {
    over = true;
    await writing;
  }
}

/** What no event tells: the rows go, the log of the server knows nothing. */
async function vanish(where: string): Promise<void> {
  const { host, port, root } = stack.endpoints.databases.providers;
  const login = { user: root.user, password: await stack.password(root) };
  // The setting holds for one connection, and cannot be changed inside a transaction.
  const one = openDatabase(
    { host, port, ...login, database: source.database },
    { connectionsMax: 1 },
  );
  await one.execute('SET SESSION sql_log_bin = 0');
  await one.execute(`DELETE FROM person WHERE ${where}`);
  await one.close();
}

describe('a sweep of a captured table', () => {
  test('clears rows that vanished without an event, while changes flow', async () => {
    await vanish("id_number LIKE 'p00%'");
    const { cleared } = await whileWriting(() => sweep());
    expect(cleared).toBeGreaterThanOrEqual(90);
    await captured.untilEqual();
    const swept = await captured.hub.query<SqlRow>(
      "SELECT row_key FROM civicbus_history WHERE op = 's'",
    );
    expect(swept.length).toBe(cleared);
  });

  test('of some keys clears only those', async () => {
    await vanish("id_number IN ('p0100', 'p0101')");
    expect(await sweep({ keys: [['p0100'], ['p0102']] })).toMatchObject({ cleared: 1 });
    const left = await captured.hub.query("SELECT 1 FROM citizen WHERE id_number = 'p0101'");
    expect(left).toHaveLength(1);
    expect(await sweep({ range: { from: ['p0101'], to: ['p0101'] } })).toMatchObject({
      cleared: 1,
    });
    await captured.untilEqual();
  });

  test('writes anew what was altered in the view, and clears what was planted there', async () => {
    const { hub } = captured;
    await hub.execute("UPDATE citizen__rows SET name = 'x' WHERE id_number = 'p0200'");
    await hub.execute(
      "UPDATE citizen__rows SET name = 'x', identity__v = 9000000000000000000 WHERE id_number = 'p0201'",
    );
    await hub.execute("DELETE FROM citizen__rows WHERE id_number = 'p0202'");
    await hub.execute(
      "INSERT INTO citizen__rows (id_number, name, identity__there, identity__v) VALUES ('zz', 'x', 1, 9000000000000000000)",
    );
    expect(await sweep()).toMatchObject({ cleared: 1, disarmed: 2 });
    await captured.untilEqual();
  });

  test('goes on in another process where one was cut off', async () => {
    await vanish("id_number LIKE 'p03%'");
    const cut = new AbortController();
    onState = (state) => {
      if (state === 'noted') setTimeout(() => cut.abort(), 300);
    };
    await expect(sweep({ signal: cut.signal })).rejects.toMatchObject({ code: 'BUS_ABORTED' });
    const states: string[] = [];
    onState = (state) => void states.push(state);
    const { cleared } = await sweep();
    onState = undefined;
    expect(cleared).toBeGreaterThanOrEqual(90);
    expect(states[0]).not.toBe('done');
    const runs = await captured.hub.query("SELECT 1 FROM civicbus_sweep_run WHERE state <> 'done'");
    expect(runs).toEqual([]);
    await captured.untilEqual();
  });

  test('of a truncated table waits for somebody to accept it, then nothing old is left', async () => {
    await source.sql.execute('TRUNCATE TABLE person');
    await waitFor(async () => (await haltCode()) === 'VIEW_TRUNCATED', {
      what: 'the halt',
      timeoutMs: PATIENCE_MS,
    });
    await expect(sweep()).rejects.toMatchObject({ code: 'SWEEP_UNIT_HALTED' });
    await source.sql.execute("INSERT INTO person (id_number, name) VALUES ('p0399', 'again')");
    await whileWriting(() => sweep({ accept: true }));
    await captured.untilEqual();
    expect(await haltCode()).toBeNull();
    const [row] = await captured.rows().then((rows) => rows.filter((r) => r['name'] === 'n7'));
    expect(row).toBeUndefined();
  });
});

async function haltCode(): Promise<string | null | undefined> {
  const [row] = await captured.hub.query<{ code: string | null }>(
    'SELECT MAX(halt_code) AS code FROM civicbus_offset',
  );
  return row?.code;
}
