import { describe, expect, test } from 'vitest';
import { compileSource } from '../../../connectors/compile.ts';
import { postgresNames } from '../../../connectors/postgresql/names.ts';
import { snapshotSignal } from '../../../connectors/signal.ts';
import { CONTEXT, fixtureSource, problemsOf, SOURCE_YAML } from '../fixtures.ts';

const POSTGRES_YAML = SOURCE_YAML.replace('engine: mariadb', 'engine: postgresql')
  .replace('server: providers', 'server: registers')
  .replace('varbinary(64)', 'bytea');
const source = fixtureSource(() => POSTGRES_YAML);

describe('a source on PostgreSQL', () => {
  test('names topics, columns and signals by its schema, not by its database', () => {
    const { connector, tableTopics } = compileSource(source, CONTEXT);
    expect(tableTopics).toEqual({ person: 'cdc.register.public.person' });
    expect(connector.config).toMatchObject({
      'database.dbname': 'register',
      'table.include.list': 'public[.]person',
      'column.include.list':
        'public[.]person[.]id_number,public[.]person[.]name,public[.]person[.]born_on',
    });
    expect(String(snapshotSignal(source).record.value)).toContain('"public.person"');
  });

  test('never lets the driver move the slot past what is stored', () => {
    const { config } = compileSource(source, CONTEXT).connector;
    expect(config['lsn.flush.mode']).toBe('connector');
    expect(config['heartbeat.action.query']).toContain('pg_logical_emit_message(true,');
    expect(config['slot.drop.on.stop']).toBe('false');
  });

  test('asks for no right that its engine does not need', () => {
    const { acls, topics, connector } = compileSource(source, CONTEXT);
    expect(acls.map(({ name }) => name)).not.toContain('_history.register');
    expect(topics.map(({ name }) => name)).not.toContain('_history.register');
    expect(Object.keys(connector.config).filter((key) => key.startsWith('schema.history'))).toEqual(
      [],
    );
    expect(connector.config).not.toHaveProperty('database.server.id');
  });

  test('sources whose names differ have slots whose names differ', () => {
    expect(postgresNames('a-b').slot).toBe('civicbus_a_b');
    expect(postgresNames('a-b').slot).not.toBe(postgresNames('ab').slot);
  });

  test.each([
    [
      'schema: register',
      SOURCE_YAML.replace('tls:', 'schema: register\n  tls:'),
      'Only PostgreSQL has schemas',
    ],
    [
      'serverId',
      POSTGRES_YAML.replace('password\n', 'password\n  serverId: 42\n'),
      'PostgreSQL has no replication server ids',
    ],
    ['another server’s type', POSTGRES_YAML.replace('type: date', 'type: datetime'), 'is no type'],
  ])('refuses %s where its engine has none', (_, yaml, message) => {
    expect(problemsOf(yaml).map((problem) => problem.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});
