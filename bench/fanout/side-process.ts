/** What both sides' processes begin and end with: settings, clients, messages to the parent. */
import { readFile } from 'node:fs/promises';
import { createLog } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import { partitionKey } from '../../bus/kafka/kafka.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import type { PairTools } from '../../bus/pair/gateway/bound-pair.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import { pairTools } from '../../bus/pair/pair-tools.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import type { LeasedPairs, SideMessage, SideSettings } from './side-settings.ts';

export type SidePorts = {
  readonly kafka: KafkaBus;
  readonly log: ReturnType<typeof createLog>;
  readonly tools: PairTools;
  readonly fetchSchema: (id: number) => Promise<unknown>;
  readonly pairs: LeasedPairs;
  /** By partitionKey. */
  readonly ends: ReadonlyMap<string, bigint>;
};

/** Runs `start` and what it answers at the end, when the parent disconnects. */
export async function runSide(start: (ports: SidePorts) => Promise<() => Promise<void>>) {
  const gone = new Promise((resolve) => process.once('disconnect', resolve));
  const close = await start(await openPorts(JSON.parse(process.argv[2] ?? '{}') as SideSettings));
  await gone;
  await close();
  process.exit(0);
}

export function tell(message: SideMessage): void {
  // The parent may be gone already: it has given the reason then.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}

async function openPorts(settings: SideSettings): Promise<SidePorts> {
  const { endpoints, kafka } = settings;
  // Hundreds of consumers that leave slowly when all is done are no news.
  const log = createLog({ level: 'error' });
  const { url, reader } = endpoints.registry;
  const registry = createConfluentRegistry({
    url,
    user: reader.user,
    password: await readSecretFile(reader.passwordFile),
  });
  const password = await readSecretFile(kafka.passwordFile);
  const { brokers } = endpoints.kafka;
  return {
    kafka: createKafkaBus({ brokers, user: kafka.user, password, clientId: 'bench-side', log }),
    log,
    tools: pairTools(openKeyStore(settings.keysFolder)),
    fetchSchema: onceEach((id) => registry.schemaById(id)),
    pairs: JSON.parse(await readFile(settings.pairsFile, 'utf8')) as LeasedPairs,
    ends: new Map(settings.ends.map((end) => [partitionKey(end), BigInt(end.offset)])),
  };
}

/** Asks for each schema once, whoever wants it: hundreds who ask at once would overwhelm a registry. */
function onceEach(fetch: (id: number) => Promise<unknown>): (id: number) => Promise<unknown> {
  const asked = new Map<number, Promise<unknown>>();
  return (id) => {
    const known = asked.get(id) ?? fetch(id);
    asked.set(id, known);
    return known;
  };
}
