import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProblemsError } from '../../../bus/base/errors.ts';
import { loadSubscriberConfig } from '../../../consumers/subscriber/config.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = scratchFolder();
const EXAMPLE = join(import.meta.dirname, '../../../consumers/subscriber/subscriber.example.yaml');

const GOOD = `
kind: Subscriber
agreement: 6f3a1f0e-58f2-4c7d-9a52-2f6f4c5d7a10
delivery: daily
kafka: { brokers: ['bus:9092'], passwordFile: kafka.password }
registry: { url: 'http://registry:8080/apis/ccompat/v7', user: reader, passwordFile: /etc/r.password }
database: { host: db, port: 5432, engine: postgresql, user: u, passwordFile: d.password, name: n, table: sale }
signing: { keyFile: org.jwk }
`;

async function fileOf(content: string): Promise<string> {
  const file = join(folder, 'subscriber.yaml');
  await writeFile(file, content);
  return file;
}

test('the example is a valid configuration', async () => {
  await expect(loadSubscriberConfig(EXAMPLE)).resolves.toMatchObject({ delivery: 'realtime' });
});

test('files are found beside the configuration, and the user follows from the agreement', async () => {
  const config = await loadSubscriberConfig(await fileOf(GOOD));
  expect(config.kafka).toEqual({
    brokers: ['bus:9092'],
    user: 'pair-6f3a1f0e-58f2-4c7d-9a52-2f6f4c5d7a10',
    passwordFile: join(folder, 'kafka.password'),
  });
  expect(config.registry.passwordFile).toBe('/etc/r.password');
  expect(config.signing.keyFile).toBe(join(folder, 'org.jwk'));
});

describe('what is wrong is named, all at once', () => {
  test.each([
    ['agreement: 6f3a1f0e', 'agreement: x6f3a1f0e', 'agreement', 'no UUID'],
    ['delivery: daily', 'delivery: hourly', 'delivery', 'no such delivery'],
    ['table: sale', 'table: civicbus_sale', 'database.table', 'a name of the kit itself'],
    ['table: sale', "table: 'a b'", 'database.table', 'no plain name'],
    ["['bus:9092']", '[bus]', 'kafka.brokers[0]', 'without a port'],
    ['signing:', 'password: secret\nsigning:', 'password', 'a secret has no place here'],
  ])('%s as %s', async (good, bad, path, _reason) => {
    const file = await fileOf(GOOD.replace(good, bad).replace('port: 5432', 'port: 0'));
    const error = await loadSubscriberConfig(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemsError);
    const paths = (error as ProblemsError).problems.map((problem) => problem.path);
    expect(new Set(paths)).toEqual(new Set([path, 'database.port']));
  });
});
