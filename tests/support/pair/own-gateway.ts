/**
 * A broker client for a gateway of a test's own: what the gateway calls its topics and its
 * transactions stands under other names on the broker, so that several gateways share one stack and
 * none of them reads or fences another.
 */
import type {
  KafkaAdmin,
  KafkaBus,
  LogReader,
  TransactionalProducer,
} from '../../../bus/kafka/kafka.ts';
import { GATEWAY, type GatewayNames } from '../../../bus/pair/access.ts';

export function ownGatewayBus(bus: KafkaBus, own: GatewayNames): KafkaBus {
  const names = new Map([
    [GATEWAY.progressTopic, own.progressTopic],
    [GATEWAY.auditTopic, own.auditTopic],
  ]);
  const of = (topic: string): string => names.get(topic) ?? topic;
  return {
    ...bus,
    admin: async () => ownAdmin(await bus.admin(), of),
    reader: async () => ownReader(await bus.reader(), of),
    consumer(options) {
      const consumer = bus.consumer({ ...options, topics: options.topics.map(of) });
      return {
        start: () => consumer.start(),
        ended: consumer.ended,
        reclaim: (one) => consumer.reclaim({ ...one, topic: of(one.topic) }),
        mirrorOffset: (one) => consumer.mirrorOffset({ ...one, topic: of(one.topic) }),
        close: () => consumer.close(),
      };
    },
    async transactional(id) {
      const plain = id.slice(GATEWAY.transactionalPrefix.length);
      return ownProducer(await bus.transactional(`${own.transactionalPrefix}${plain}`), of);
    },
  };
}

type Of = (topic: string) => string;

function ownAdmin(admin: KafkaAdmin, of: Of): KafkaAdmin {
  const asked = <T extends { readonly topic: string }>(
    found: readonly T[],
    topics: readonly string[],
  ) => {
    const back = new Map(topics.map((topic) => [of(topic), topic]));
    return found.map((one) => ({ ...one, topic: back.get(one.topic) ?? one.topic }));
  };
  return {
    ...admin,
    describeTopics: (topics) => admin.describeTopics(topics.map(of)),
    offsets: async (topics) => asked(await admin.offsets(topics.map(of)), topics),
    writtenEnds: async (topics) => asked(await admin.writtenEnds(topics.map(of)), topics),
  };
}

function ownReader(reader: LogReader, of: Of): LogReader {
  return {
    close: () => reader.close(),
    async fetch(positions, limits) {
      const own = positions.map((one) => ({ ...one, topic: of(one.topic) }));
      const ranges = await reader.fetch(own, limits);
      return ranges.map((range, at) => ({ ...range, topic: positions[at]?.topic ?? range.topic }));
    },
  };
}

function ownProducer(producer: TransactionalProducer, of: Of): TransactionalProducer {
  return {
    fence: () => producer.fence(),
    close: () => producer.close(),
    commit: (sends, options) =>
      producer.commit(
        sends.map((one) => ({ ...one, topic: of(one.topic) })),
        options,
      ),
  };
}
