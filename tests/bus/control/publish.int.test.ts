import { describe, expect, test } from 'vitest';
import { foldEvents } from '../../../bus/agreement/lifecycle/fold.ts';
import { parseEventPayload } from '../../../bus/agreement/lifecycle/event.ts';
import { noteDrift, readDrift } from '../../../bus/control/drift.ts';
import { publishLifecycle } from '../../../bus/control/publish.ts';
import { readAgreement } from '../../../bus/control/record.ts';
import { GATEWAY, gatewayTopics } from '../../../bus/pair/access.ts';
import { readRecords } from '../../../bus/kafka/read-records.ts';
import { testStack } from '../../support/env.ts';
import { controlRig, fileAgreement } from '../../support/lifecycle/control-world.ts';
import {
  NOT_BEFORE,
  SAMPLE_ID,
  sampleAgreement,
} from '../../support/lifecycle/sample-agreement.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

const stack = await testStack('publish');

describe('the lifecycle topic', () => {
  test('holds every event once, in order, and the state can be told from it alone', async () => {
    const rig = await controlRig(stack, 'topic');
    const control = rig.control({ nowMs: () => Date.parse(NOT_BEFORE) });
    const kafka = await stack.kafka();
    const admin = await kafka.admin();
    const spec = gatewayTopics({ replication: 1 }).find(
      ({ name }) => name === GATEWAY.lifecycleTopic,
    )!;
    const topic = { ...spec, name: `${stack.prefix}.lifecycle` };
    await admin.createTopics([topic]);
    stack.atEnd(async () => {
      await admin.deleteTopics([topic.name]);
      await admin.close();
    });
    const producer = await kafka.producer();
    stack.atEnd(() => producer.close());
    const publish = () => publishLifecycle(rig.writer, producer, topic.name);
    expect(await publish()).toBe(0);
    await fileAgreement(rig, control, sampleAgreement());
    expect(await publish()).toBe(6);
    expect(await publish()).toBe(0);
    const payloads: string[] = [];
    await readRecords(
      kafka,
      { topic: topic.name, partition: 0, offset: 0n },
      {
        record({ key, value }) {
          expect(key?.toString()).toBe(SAMPLE_ID);
          payloads.push(value!.toString());
          return payloads.length === 6 ? 'enough' : 'more';
        },
      },
      { timeoutMs: PATIENCE_MS },
    );
    const events = payloads.map(parseEventPayload);
    const record = await readAgreement(rig.writer, SAMPLE_ID);
    expect(events).toEqual(record.events);
    expect(foldEvents(events, record.contents)).toEqual(record.chain);
  });

  test('a failing broker loses nothing: what was not sent is sent the next time', async () => {
    const rig = await controlRig(stack, 'retry');
    const control = rig.control({ nowMs: () => Date.parse(NOT_BEFORE) });
    await fileAgreement(rig, control, sampleAgreement());
    const away = { send: () => Promise.reject(new Error('away')) };
    await expect(publishLifecycle(rig.writer, away, 'topic')).rejects.toThrow('away');
    const sent: number[] = [];
    const there = {
      send: async (_topic: string, records: readonly unknown[]) => void sent.push(records.length),
    };
    expect(await publishLifecycle(rig.writer, there, 'topic')).toBe(6);
    expect(sent).toEqual([6]);
  });
});

describe('drift', () => {
  test('is noted and read, the newest first', async () => {
    const rig = await controlRig(stack, 'drift');
    const note = (name: string) => ({ agreementId: null, kind: 'acl', name, detail: 'set back' });
    await noteDrift(rig.writer, [note('a'), note('b')]);
    await noteDrift(rig.writer, []);
    expect((await readDrift(rig.writer, { limit: 1 })).map(({ name }) => name)).toEqual(['b']);
    expect(await readDrift(rig.writer, { limit: 9 })).toHaveLength(2);
  });
});
