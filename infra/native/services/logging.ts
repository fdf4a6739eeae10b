/** One log4j2 configuration for broker, tools and worker: plain lines on standard output. */
import { writeFileAtomic } from '../files.ts';

const CONFIG = `status = error
name = civicbus
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601}{UTC}Z %-5p %c{1.} %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
logger.quietConfig.name = org.apache.kafka.common.config.AbstractConfig
logger.quietConfig.level = warn
logger.quietProducer.name = org.apache.kafka.clients.producer.ProducerConfig
logger.quietProducer.level = warn
logger.quietConsumer.name = org.apache.kafka.clients.consumer.ConsumerConfig
logger.quietConsumer.level = warn
logger.quietAdmin.name = org.apache.kafka.clients.admin.AdminClientConfig
logger.quietAdmin.level = warn
`;

/** Writes the configuration and answers the JVM option that selects it. */
export async function loggingOption(file: string): Promise<string> {
  await writeFileAtomic(file, CONFIG);
  return `-Dlog4j2.configurationFile=${file}`;
}
