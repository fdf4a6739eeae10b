import { openDatabase } from '../../../../bus/sql/mysql/mysql-database.ts';
import { sqlContract } from '../../../support/contracts/sql-contract.ts';
import { testStack } from '../../../support/env.ts';

const stack = await testStack('sqlmy');
const { database } = await stack.newDatabase('hub', 'c');
const { host, port, root } = stack.endpoints.databases.hub;

sqlContract({
  target: { host, port, user: root.user, password: await stack.password(root), database },
  open: (target, options) => openDatabase(target, { connectTimeoutMs: 5_000, ...options }),
  atEnd: (close) => stack.atEnd(close),
  connectionId: 'SELECT CONNECTION_ID() AS id',
  kill: (id) => `KILL ${id}`,
  sleep: 'SELECT SLEEP(30)',
  shortSleep: 'SELECT SLEEP(1.5)',
  shortLockWait: 'SET SESSION innodb_lock_wait_timeout = 1',
  binaryType: 'varbinary(256)',
});
