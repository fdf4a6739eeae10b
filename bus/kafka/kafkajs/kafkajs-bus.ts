/** The KafkaBus of the port over kafkajs (consuming, plain producing) and single requests (the rest). */
import type { KafkaBus } from '../kafka.ts';
import type { KafkaSettings } from '../settings.ts';
import { openAdmin } from '../wire/admin.ts';
import { openLogReader } from '../wire/log-reader.ts';
import { openTransactional } from '../wire/transactional.ts';
import { createConsumer } from './consumer.ts';
import { openProducer } from './producer.ts';

export type { KafkaSettings } from '../settings.ts';

/** Opens nothing by itself; each admin, consumer and producer has connections of its own. */
export function createKafkaBus(settings: KafkaSettings): KafkaBus {
  return {
    admin: () => openAdmin(settings),
    consumer: (options) => createConsumer(settings, options),
    producer: () => openProducer(settings),
    transactional: (id) => Promise.resolve(openTransactional(settings, id)),
    reader: () => Promise.resolve(openLogReader(settings)),
  };
}
