/**
 * The pair of the benchmark, deployed as in service: the whole register, in clear, in real time;
 * its topics, users, rights and schemas. The agreement itself lives in the gateway's memory only.
 */
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import { must } from '../../bus/base/assert.ts';
import { ProblemsError } from '../../bus/base/errors.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { GATEWAY, gatewayAcls, gatewayTopics } from '../../bus/pair/access.ts';
import { compilePair } from '../../bus/pair/compile/compile-pair.ts';
import type { LeasedPair } from '../../bus/pair/gateway/lease.ts';
import { resourcesOf } from '../../bus/pair/resources.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { Login } from '../../infra/stack.ts';
import { generateAgreements } from '../../producers/agreements/generate.ts';
import type { Site } from '../site.ts';

export const COPY_TABLE = 'resident';

export type DeployedPair = {
  readonly leased: LeasedPair;
  /** Kafka users. */
  readonly gateway: Login;
  readonly subscriber: Login;
};

export async function deployPair(site: Site, view: ViewModel): Promise<DeployedPair> {
  const pair = pairOf(view);
  const specs = [pair.topic, pair.receiptTopic, ...gatewayTopics({ replication: 1 })];
  await site.admin.createTopics(specs);
  const gateway = await makeUser(site, GATEWAY.user);
  const subscriber = await makeUser(site, pair.user);
  await site.admin.createAcls([...gatewayAcls([pair.resource.topic]), ...pair.acls]);
  const { url, nativeUrl, developer } = site.endpoints.registry;
  const password = await readSecretFile(developer.passwordFile);
  const registry = createConfluentRegistry({ url, nativeUrl, user: developer.user, password });
  const register = (what: string, schema: string) =>
    registry.register(`${pair.topic.name}-${what}`, JSON.parse(schema));
  const schemaIds = {
    key: await register('key', pair.keySchema),
    value: await register('value', pair.valueSchema),
  };
  return { leased: { pair, state: 'active', request: 1, schemaIds }, gateway, subscriber };
}

function pairOf(view: ViewModel) {
  const entry = {
    id: `${view.name}/${view.entity.table}`,
    description: 'The benchmark’s register.',
    provider: 'BENCH',
    sharingType: 'unconditional' as const,
    contractVersion: '1.0.0',
  };
  const resources = resourcesOf(view, { resources: [entry] });
  const resource = must(resources[0], 'the resource of the register');
  const [generated] = generateAgreements({ count: 1, seed: 1, resources });
  const content = {
    ...must(generated, 'an agreement'),
    scope: {
      fields: resource.fields.map(({ name }) => ({ name, required: false })),
      onRowExit: 'retract' as const,
      backfill: 'snapshot' as const,
    },
    delivery: { mode: 'realtime' as const, table: COPY_TABLE, partitions: 1 },
  };
  const compiled = compilePair(content, resource, { contentHash: contentHash(content) });
  if ('problems' in compiled) throw new ProblemsError(content.name, compiled.problems);
  return compiled.pair;
}

async function makeUser(site: Site, name: string): Promise<Login> {
  const { file, password } = await site.makePassword(`bench-${name}.password`);
  await site.admin.setUsers([{ name, password }]);
  return { user: name, passwordFile: file };
}
