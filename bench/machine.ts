/** Where a figure was measured: without this, it says nothing. */
import { cpus, release, totalmem } from 'node:os';
import versions from '../infra/versions.json' with { type: 'json' };
import packageJson from '../package.json' with { type: 'json' };

export type Machine = {
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly kernel: string;
};

export function machine(): Machine {
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    kernel: release(),
  };
}

/** Everything that takes part in a measurement, by name. */
export function versionsUsed(): Readonly<Record<string, string>> {
  const { kafkajs, mysql2, avsc } = packageJson.dependencies;
  return {
    civicbus: packageJson.version,
    node: process.versions.node,
    kafkajs,
    mysql2,
    avsc,
    kafka: versions.kafka,
    debezium: versions.debezium,
    avroConverter: versions.avroConverter,
    registry: versions.registry,
    mariadb: versions.mariadb,
  };
}
