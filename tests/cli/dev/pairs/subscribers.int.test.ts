import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Lifetime } from '../../../../bus/base/lifecycle.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { readSecretFile } from '../../../../bus/base/secrets.ts';
import { ensureSubscriber } from '../../../../cli/dev/pairs/subscribers.ts';
import { createStackAccess } from '../../../../cli/stack/access.ts';
import { loadSubscriberConfig } from '../../../../consumers/subscriber/config.ts';
import { testStack } from '../../../support/env.ts';
import { sampleAgreement } from '../../../support/lifecycle/sample-agreement.ts';
import { dropUser } from '../../../support/drop-user.ts';

const stack = await testStack('citysub');

test('a subscriber of the city gets a database of its own and a configuration that the kit takes', async () => {
  await using lifetime = new Lifetime(silentLog);
  const access = createStackAccess(stack.endpoints, { lifetime, log: silentLog });
  const agreement = sampleAgreement({
    name: stack.prefix,
    subscriber: { orgId: stack.prefix.toUpperCase(), contact: [], signer: 'X-1' },
  });
  const root = await stack.openSql('subscribers');
  stack.atEnd(async () => {
    await root.execute(`DROP DATABASE IF EXISTS ${stack.prefix}`);
    await dropUser(root, stack.prefix);
    const { home } = stack.endpoints;
    await rm(join(home, 'subscribers', stack.prefix), { recursive: true });
    await rm(join(access.secretsFolder, 'subscribers', `${stack.prefix}.password`));
  });
  const made = await ensureSubscriber(agreement, access);
  // Twice: everything that is there stays, its password too.
  expect(await ensureSubscriber(agreement, access)).toEqual(made);
  const config = await loadSubscriberConfig(made.configFile);
  expect(config).toMatchObject({
    agreement: agreement.id,
    delivery: 'realtime',
    kafka: { user: `pair-${agreement.id}`, brokers: stack.endpoints.kafka.brokers },
    database: { name: stack.prefix, table: 'unit', passwordFile: made.passwordFile },
  });
  expect((await stat(made.passwordFile)).mode & 0o077).toBe(0);
  const own = await stack.openSql('subscribers', {
    database: made.database,
    as: { user: made.user, password: await readSecretFile(made.passwordFile) },
  });
  await own.execute('CREATE TABLE probe (id INT PRIMARY KEY)');
  const seen = await own.query<{ Database: string }>('SHOW DATABASES');
  expect(seen.map((row) => row.Database).toSorted()).toEqual(
    [made.database, 'information_schema'].toSorted(),
  );
});
