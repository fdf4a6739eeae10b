/**
 * The command against the real stack: a source and a view of this file's own are planned, applied
 * twice, run, looked at, halted and resumed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { waitFor } from '../../bus/base/retry.ts';
import { haltUnit } from '../../bus/view/store/offset-store.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { removeSources } from '../../connectors/apply.ts';
import { captureOfView } from '../../connectors/names.ts';
import { captureUser } from '../../producers/capture-grants.ts';
import { realSource, type RealSource } from '../connectors/real-source.ts';
import { testStack } from '../support/env.ts';
import { dropUser } from '../support/drop-user.ts';
import { scratchFolder } from '../support/scratch.ts';
import { answerOf, civicbus, type Ran } from './run-command.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const WAIT = { timeoutMs: PATIENCE_MS, intervalMs: 100 };
const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

const stack = await testStack('cli');
const scratch = scratchFolder();
const home = dirname(inject('endpointsFile'));
const viewName = `t-${stack.prefix}`;
const hubDatabase = `hub_${stack.prefix}`;

let source: RealSource;
let sourceFile: string;
let viewFile: string;
let hub: SqlDatabase;

const on = (...args: readonly string[]): Promise<Ran> => civicbus([...args, '--stack', home]);
const files = () => ['-f', sourceFile, '-f', viewFile];
const items = async <T>(...args: readonly string[]) =>
  answerOf<T>(await on(...args, '-o', 'json')).items;

beforeAll(async () => {
  source = await realSource(stack);
  sourceFile = await source.file();
  viewFile = join(scratch, 'view.yaml');
  await writeFile(viewFile, viewYaml());
  hub = await stack.openSql('hub');
  stack.atEnd(async () => {
    const capture = captureOfView(viewName);
    await removeSources([capture], { ports: source.ports });
    const admin = await (await stack.kafka()).admin();
    await admin.deleteAcls(await admin.listAcls(`User:view-${viewName}`));
    await admin.deleteUsers([`view-${viewName}`]);
    await admin.close();
    await hub.execute(`DROP DATABASE IF EXISTS \`${hubDatabase}\``);
    const user = `view_t_${stack.prefix}`;
    await dropUser(hub, user);
    await dropUser(hub, captureUser(hubDatabase));
    const secrets = source.context.connect.secretsFolder;
    await rm(join(secrets, `src-${capture}.properties`), { force: true });
    await rm(join(home, 'secrets', 'kafka-users', `src-${capture}.password`), { force: true });
    await rm(join(home, 'secrets', `${captureUser(hubDatabase)}.password`), { force: true });
    await rm(join(home, 'secrets', 'kafka-users', `view-${viewName}.password`), { force: true });
    await rm(join(home, 'secrets', 'hub-users', `${user}.password`), { force: true });
  });
});

function viewYaml(): string {
  return `apiVersion: civicbus/v1
kind: View
name: ${viewName}
database: ${hubDatabase}
entity:
  table: citizen
  key: { name: id_number, type: varchar(18) }
  visibleBy: identity
blocks:
  - name: identity
    category: 1
    authority: police
    from: { source: ${source.name}, table: ${source.database}.person, key: [id_number] }
    items:
      - { name: name, type: varchar(100) }
      - { name: born_on, type: date }
`;
}

describe('plan and apply', () => {
  test('a view whose table is not captured is refused, and nothing is made', async () => {
    const { exit, stderr } = await on('apply', '-f', viewFile);
    expect(exit).toBe(6);
    expect(stderr).toContain('blocks[0].from');
    expect(await hub.query('SHOW DATABASES LIKE ?', [hubDatabase])).toEqual([]);
  });

  test('plan shows what is missing, ends with 3 when asked, and changes nothing', async () => {
    const planned = await on('plan', ...files(), '--exit-code', '-o', 'json');
    expect({ exit: planned.exit, stderr: planned.stderr }).toEqual({ exit: 3, stderr: '' });
    const kinds = new Set(answerOf<{ kind: string }>(planned).items.map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(
      ['connector', 'grant', 'hub user', 'secret', 'tables', 'topic', 'user'].toSorted(),
    );
    expect(await hub.query('SHOW DATABASES LIKE ?', [hubDatabase])).toEqual([]);
    expect((await on('apply', ...files(), '--dry-run')).exit).toBe(0);
    expect(await hub.query('SHOW DATABASES LIKE ?', [hubDatabase])).toEqual([]);
  });

  test('apply makes it all; a second one changes nothing', async () => {
    const first = await on('apply', ...files());
    expect({ exit: first.exit, stderr: first.stderr }).toMatchObject({ exit: 0 });
    expect(first.stdout).toContain(`src-${source.name}`);
    expect(first.stdout).toContain(`src-${captureOfView(viewName)}`);
    const second = await on('apply', ...files());
    expect(second).toMatchObject({
      exit: 0,
      stdout: 'Nothing to change: the stack is as declared.\n',
    });
    expect((await on('plan', ...files(), '--exit-code')).exit).toBe(0);
  });

  test('no secret is printed', async () => {
    const { stdout, stderr } = await on('describe', 'connector', source.name, '--debug');
    const password = await stack.password({
      user: source.captureUser,
      passwordFile: join(home, 'secrets', `${source.captureUser}.password`),
    });
    expect(stdout).toContain('database.password');
    expect(stdout + stderr).not.toContain(password);
  });
});

describe('a view that runs', () => {
  let consumer: ChildProcess;
  const log: string[] = [];

  function start(): ChildProcess {
    const args = ['run', 'view', viewName, '-f', viewFile, '--stack', home];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.on('data', (data: Buffer) => log.push(data.toString()));
    child.stdout.on('data', (data: Buffer) => log.push(`STDOUT ${data.toString()}`));
    return child;
  }

  const lag = async () => {
    const [unit] = await items<{ state: string; waiting: number; oldestMs?: number }>(
      'lag',
      viewName,
      '-f',
      viewFile,
    );
    return unit!;
  };

  beforeAll(async () => {
    await source.sql.execute(
      "INSERT INTO person (id_number, name) VALUES ('1', '𠮷田'), ('2', NULL)",
    );
    const waiting = await waitFor(async () => (await lag()).waiting >= 2 && lag(), {
      what: 'the rows on the bus',
      ...WAIT,
    });
    expect(waiting.state).toBe('unclaimed');
    expect(waiting.oldestMs).toBeGreaterThanOrEqual(0);
    expect(waiting.oldestMs).toBeLessThan(WAIT.timeoutMs);
    consumer = start();
    stack.atEnd(() => consumer.kill('SIGKILL'));
    await waitFor(async () => (await lag()).state === 'caught-up', {
      what: 'the rows in the view',
      ...WAIT,
    });
  });

  test('rows arrive under the view’s own users, and get, describe and lag tell of them', async () => {
    expect(
      await hub.query(`SELECT id_number, name FROM ${hubDatabase}.citizen ORDER BY id_number`),
    ).toEqual([
      { id_number: '1', name: '𠮷田' },
      { id_number: '2', name: null },
    ]);
    const [view] = await items<Record<string, unknown>>('get', 'views', '-f', viewFile);
    expect(view).toMatchObject({ name: viewName, state: 'caught-up', rows: 2, deadLetters: 0 });
    const topic = `cdc.${source.name}.${source.database}.person`;
    const [described] = await items<Record<string, unknown>>(
      'describe',
      'topic',
      topic,
      '-f',
      viewFile,
    );
    expect(described).toMatchObject({ partitions: 4, readers: [`${viewName}/identity`] });
    expect(described!['rights']).toContain(`READ topic ${topic} -> User:view-${viewName}`);
    const connectors = await items<{ name: string; health: string }>('get', 'connectors');
    expect(connectors).toContainEqual(
      expect.objectContaining({ name: `src-${source.name}`, health: 'good' }),
    );
    const partitions = await items('lag', viewName, '-f', viewFile, '--by', 'partition');
    expect(partitions).toHaveLength(4);
  });

  test('a halted unit is never green, and resume lets it go on', async () => {
    const target = await stack.openSql('hub', { database: hubDatabase });
    await haltUnit(target, `${viewName}/identity`, { code: 'VIEW_TRUNCATED', detail: 'by a test' });
    expect(await lag()).toMatchObject({ state: 'halted' });
    const shown = await on('describe', 'view', viewName, '-f', viewFile);
    expect(shown.stdout).toContain('VIEW_TRUNCATED: by a test');
    expect(shown.stderr).toContain(`civicbus resume view ${viewName}`);
    await source.sql.execute("UPDATE person SET name = 'later' WHERE id_number = '2'");
    const resumed = await items('resume', 'view', viewName, '-f', viewFile, '--unit', 'identity');
    expect(resumed).toMatchObject([{ haltCode: 'VIEW_TRUNCATED' }]);
    await waitFor(
      async () => {
        const [row] = await hub.query<{ name: string }>(
          `SELECT name FROM ${hubDatabase}.citizen WHERE id_number = '2'`,
        );
        return row?.name === 'later';
      },
      { what: 'the later change', ...WAIT },
    );
    expect(await items('resume', 'view', viewName, '-f', viewFile)).toEqual([]);
  });

  test('a dead letter is listed with its place and reason, and makes the unit incomplete', async () => {
    const target = await stack.openSql('hub', { database: hubDatabase });
    await target.execute(
      'INSERT INTO civicbus_dead_letter (unit, topic, `partition`, `offset`, generation, code, detail) VALUES (?, ?, 0, 7, 1, ?, ?)',
      [`${viewName}/identity`, 't', 'AVRO_BODY_BROKEN', 'schema 3'],
    );
    expect(await items('get', 'dead-letters', '-f', viewFile)).toMatchObject([
      { offset: '7', code: 'AVRO_BODY_BROKEN', detail: 'schema 3' },
    ]);
    expect(await lag()).toMatchObject({ state: 'incomplete' });
    await target.execute('DELETE FROM civicbus_dead_letter');
  });

  test('a record set aside is retried by its place; one that left the log is shown as lost', async () => {
    const target = await stack.openSql('hub', { database: hubDatabase });
    const unit = `${viewName}/identity`;
    const topic = `cdc.${source.name}.${source.database}.person`;
    const [place] = await target.query<{ part: number; off: number }>(
      'SELECT `partition` AS part, next_offset - 1 AS off FROM civicbus_offset WHERE next_offset > 0 LIMIT 1',
    );
    const letter =
      'INSERT INTO civicbus_dead_letter (unit, topic, `partition`, `offset`, generation, code, detail) VALUES ?';
    await target.execute(letter, [
      [[unit, topic, place!.part, 1_000_000, 1, 'AVRO_BODY_BROKEN', '']],
    ]);
    const args = [
      'retry',
      'dead-letter',
      unit,
      topic,
      String(place!.part),
      '1000000',
      '-f',
      viewFile,
    ];
    expect(await items(...args)).toMatchObject([{ unit, offset: '1000000', state: 'lost' }]);
    expect(await items('get', 'dead-letters', '-f', viewFile)).toMatchObject([{ state: 'lost' }]);
    expect(await items('retry', 'dead-letter', '--all', '-f', viewFile)).toEqual([]);
    expect((await on(...args)).exit).toBe(5);
    expect(await lag()).toMatchObject({ state: 'caught-up' });
  });

  test('it is rebuilt beside itself, and the consumer that runs goes on by itself', async () => {
    await hub.execute(`UPDATE ${hubDatabase}.citizen__rows SET name = 'altered'`);
    const rebuilt = await on('rebuild', 'view', viewName, ...files(), '-o', 'json');
    expect(rebuilt, rebuilt.stderr).toMatchObject({ exit: 0 });
    expect(answerOf(rebuilt).items).toMatchObject([{ generation: 2, heldUnits: [] }]);
    await source.sql.execute("UPDATE person SET name = 'rebuilt' WHERE id_number = '2'");
    await waitFor(
      async () => {
        const rows = await hub.query<{ name: string }>(
          `SELECT name FROM ${hubDatabase}.citizen ORDER BY id_number`,
        );
        return rows.map(({ name }) => name).join() === '𠮷田,rebuilt';
      },
      { what: 'the change after the rebuild', ...WAIT },
    );
    expect(await items('get', 'sweeps', '-f', viewFile)).toEqual([]);
  });

  test('a source whose connector does not run is told beside the lag', async () => {
    await source.ports.connect.pause(`src-${source.name}`);
    const { warnings } = await waitFor(
      async () => {
        const answer = answerOf(await on('lag', viewName, '-f', viewFile, '-o', 'json'));
        return answer.warnings.length > 0 && answer;
      },
      { what: 'the warning', ...WAIT },
    );
    expect(warnings[0]).toContain(`Source "${source.name}" is not captured now`);
    await source.ports.connect.resume(`src-${source.name}`);
  });

  test('doctor finds nothing wrong with what is declared here', async () => {
    const ran = await on('doctor', ...files(), '-o', 'json');
    const mine = answerOf<{ check: string; state: string; finding: string }>(ran).items.filter(
      ({ check }) => ['connectors', 'preflight', 'topics', 'views', 'declared'].includes(check),
    );
    expect(mine.filter(({ state }) => state === 'bad' || state === 'unknown')).toEqual([]);
    expect(new Set(mine.map(({ check }) => check)).size).toBe(5);
  });

  test('SIGTERM ends it in order, with JSON lines on standard error only', async () => {
    consumer.kill('SIGTERM');
    const [code] = (await once(consumer, 'exit')) as [number | null];
    expect(code).toBe(0);
    const lines = log.join('').trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('STDOUT'))).toEqual([]);
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toContain('view runs');
    expect(messages.at(-1)).toBe('view ended in order');
  });
});
