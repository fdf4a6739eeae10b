import { expect, test } from 'vitest';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import { registryContract } from '../../support/contracts/registry-contract.ts';
import { testStack } from '../../support/env.ts';

const stack = await testStack('registry');
const { url, nativeUrl, developer, reader } = stack.endpoints.registry;

const NOBODY_LISTENS = 'http://127.0.0.1:9';

async function open(login: typeof developer) {
  const password = await stack.password(login);
  return createConfluentRegistry({ url, nativeUrl, user: login.user, password });
}

registryContract('the real one', async () => ({
  registry: await open(developer),
  unreachable: createConfluentRegistry({ url: NOBODY_LISTENS, user: 'a', password: 'b' }),
  forbidden: createConfluentRegistry({ url, user: reader.user, password: 'wrong' }),
  prefix: stack.prefix,
}));

test('a reader may read and must not register', async () => {
  const registry = await open(reader);
  await registry.subjects();
  await expect(registry.register(`${stack.prefix}-r`, 'string')).rejects.toMatchObject({
    code: 'AVRO_REGISTRY_FORBIDDEN',
  });
});

test('a schema that old data cannot be read with is refused', async () => {
  const registry = await open(developer);
  const subject = `${stack.prefix}-rule`;
  const of = (name: string) => ({ type: 'record', name: 'A', fields: [{ name, type: 'string' }] });
  await registry.register(subject, of('a'));
  await expect(registry.register(subject, of('b'))).rejects.toMatchObject({
    code: 'AVRO_REGISTRY_REFUSED',
  });
});
