/** A source with rows that were copied once, and what it takes to have it begin anew. */
import { expect } from 'vitest';
import { waitFor } from '../../bus/base/retry.ts';
import { applySources } from '../../connectors/apply.ts';
import { sourceNames } from '../../connectors/names.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { type RealSource, untilCaptured } from './real-source.ts';

export const ROWS = 40n;

/** Applies `source` with its rows and waits until they are captured once. */
export async function captured(
  source: RealSource,
  space: string,
): Promise<{ readonly topic: string; readonly connector: string }> {
  const values = Array.from({ length: Number(ROWS) }, (_, at) => `('${at}')`).join(', ');
  await source.sql.execute(`INSERT INTO person (id_number) VALUES ${values}`);
  await applySources([await source.file()], source.context, source);
  const topic = `cdc.${source.name}.${space}.person`;
  await untilOffsets(source, topic, ROWS);
  return { topic, connector: sourceNames(source.name).connector };
}

/** Stops the source and writes `position` where Connect keeps its own; null forgets it. */
export async function holdPosition(source: RealSource, position: string | null): Promise<void> {
  const { connector, offsetsTopic, topicPrefix } = sourceNames(source.name);
  const { connect } = source.ports;
  await connect.stop(connector);
  await waitFor(async () => (await connect.statusOf(connector))?.tasks.length === 0, {
    what: 'the task to end',
    timeoutMs: PATIENCE_MS,
  });
  const producer = await source.kafka.producer();
  const key = JSON.stringify([connector, { server: topicPrefix }]);
  await producer.send(offsetsTopic, [{ key, value: position }]);
  await producer.close();
  expect(await heldPositions(source)).toEqual(position === null ? [] : [JSON.parse(position)]);
}

/** What Connect holds for the source; a position that was forgotten may still be listed as null. */
export async function heldPositions({ name, ports }: RealSource): Promise<unknown[]> {
  const held = await ports.connect.offsetsOf(sourceNames(name).connector);
  return held.map(({ offset }) => offset).filter((offset) => offset !== null);
}

export async function untilOffsets(
  source: RealSource,
  topic: string,
  count: bigint,
): Promise<bigint> {
  return untilCaptured(source, `${count} offsets of ${topic}`, async () => {
    const found = await rowsOf(source, topic);
    return found >= count ? found : undefined;
  });
}

/** Offsets of `topic`; markers of transactions take some too. */
export async function rowsOf({ ports }: RealSource, topic: string): Promise<bigint> {
  return (await ports.admin.offsets([topic])).reduce((sum, { end }) => sum + end, 0n);
}
