/** Transactions over many topics and their single owner; a part of the Kafka contract. */
import { expect, onTestFinished, test } from 'vitest';
import type { TransactionalProducer } from '../../../bus/kafka/kafka.ts';
import type { Subject } from './kafka-contract.ts';
import { allNow, allOf, reading } from './reading.ts';

/** A producer that is closed at the end of the test. */
async function transactional(subject: Subject, id: string): Promise<TransactionalProducer> {
  const producer = await subject().bus.transactional(id);
  onTestFinished(() => producer.close());
  return producer;
}

const one = (topic: string, ...values: string[]) => ({
  topic,
  records: values.map((value) => ({ key: `key of ${value}`, value, partition: 0 })),
});

export function transactionContract(subject: Subject): void {
  test('one transaction carries records of many topics, keys, tombstones and chosen partitions', async () => {
    const { topic, name } = subject();
    const [first, second] = [await topic(2), await topic()];
    const producer = await transactional(subject, name('id'));
    await producer.fence();
    await producer.commit([
      {
        topic: first,
        records: [
          { key: Buffer.from([1, 2]), value: Buffer.from([3]), partition: 1 },
          { key: null, value: 'control', partition: 0 },
          { key: 'gone', value: null, partition: 1 },
        ],
      },
      one(second, 'a', 'b'),
      { topic: second, records: [{ key: 'c', value: 'c' }] },
    ]);
    const records = await allOf(subject, first, 1);
    expect(records.map(({ key, value }) => [key, value])).toEqual([
      [Buffer.from([1, 2]), Buffer.from([3])],
      [Buffer.from('gone'), null],
    ]);
    expect((await allOf(subject, first, 0)).map(({ key }) => key)).toEqual([null]);
    expect(await reading(subject, second)).toEqual(['a', 'b', 'c']);
  });

  test('nothing is visible before the commit, and everything after it', async () => {
    const { topic, name } = subject();
    const names = [await topic(), await topic()];
    const producer = await transactional(subject, name('id'));
    const before: unknown[] = [];
    await producer.commit(
      names.map((target) => one(target, 'a')),
      {
        async beforeCommit() {
          for (const target of names) before.push(await allNow(subject, target));
        },
      },
    );
    expect(before).toEqual([[], []]);
    for (const target of names) expect(await reading(subject, target)).toEqual(['a']);
  });

  test('what beforeCommit throws aborts the transaction and arrives as it is', async () => {
    const { topic, name } = subject();
    const target = await topic();
    const producer = await transactional(subject, name('id'));
    await producer.commit([one(target, 'a')]);
    const doubt = new TypeError('the plan has changed');
    const refused = producer.commit([one(target, 'b', 'c')], {
      beforeCommit: () => Promise.reject(doubt),
    });
    await expect(refused).rejects.toBe(doubt);
    await producer.commit([one(target, 'd')]);
    expect(await reading(subject, target)).toEqual(['a', 'd']);
  });

  test('fencing ends what a predecessor had begun, and the predecessor commits no more', async () => {
    const { topic, name } = subject();
    const [target, id] = [await topic(), name('id')];
    const old = await transactional(subject, id);
    const young = await transactional(subject, id);
    await old.fence();
    const late = old.commit([one(target, 'late')], { beforeCommit: () => young.fence() });
    await expect(late).rejects.toMatchObject({ code: 'KAFKA_FENCED' });
    await young.commit([one(target, 'a')]);
    expect(await reading(subject, target)).toEqual(['a']);
    const later = old.commit([one(target, 'later')]);
    await expect(later).rejects.toMatchObject({ code: 'KAFKA_FENCED' });
    await young.commit([one(target, 'b')]);
    expect(await reading(subject, target)).toEqual(['a', 'b']);
  });

  test('a producer that was fenced between two transactions learns it, and may fence in turn', async () => {
    const { topic, name } = subject();
    const [target, id] = [await topic(), name('id')];
    const first = await transactional(subject, id);
    const second = await transactional(subject, id);
    await first.commit([one(target, 'a')]);
    await second.commit([one(target, 'b')]);
    const late = first.commit([one(target, 'late')]);
    await expect(late).rejects.toMatchObject({ code: 'KAFKA_FENCED' });
    await first.fence();
    await first.commit([one(target, 'c')]);
    expect(await reading(subject, target)).toEqual(['a', 'b', 'c']);
  });

  test('whoever aborted by itself and was fenced meanwhile does not take the id back', async () => {
    const { topic, name } = subject();
    const [target, id] = [await topic(), name('id')];
    const old = await transactional(subject, id);
    const young = await transactional(subject, id);
    const doubt = new TypeError('the plan has changed');
    const refuse = () => Promise.reject(doubt);
    await old.commit([one(target, 'a')]);
    await expect(old.commit([one(target, 'no')], { beforeCommit: refuse })).rejects.toBe(doubt);
    await young.commit([one(target, 'b')]);
    const late = old.commit([one(target, 'late')]);
    await expect(late).rejects.toMatchObject({ code: 'KAFKA_FENCED' });
    await young.commit([one(target, 'c')]);
    expect(await reading(subject, target)).toEqual(['a', 'b', 'c']);
  });

  test('whoever is fenced while it aborts by itself hears its own reason, and commits no more', async () => {
    const { topic, name } = subject();
    const [target, id] = [await topic(), name('id')];
    const old = await transactional(subject, id);
    const young = await transactional(subject, id);
    const doubt = new TypeError('the plan has changed');
    const refused = old.commit([one(target, 'no')], {
      async beforeCommit() {
        await young.fence();
        throw doubt;
      },
    });
    await expect(refused).rejects.toBe(doubt);
    const late = old.commit([one(target, 'late')]);
    await expect(late).rejects.toMatchObject({ code: 'KAFKA_FENCED' });
    await young.commit([one(target, 'a')]);
    expect(await reading(subject, target)).toEqual(['a']);
  });

  test('after an error nothing is committed until the id is taken over anew', async () => {
    const { topic, name } = subject();
    const [target, absent] = [await topic(), name('absent')];
    const producer = await transactional(subject, name('id'));
    await expect(producer.commit([one(absent, 'a')])).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_REFUSED',
    });
    const hasty = producer.commit([one(target, 'hasty')]);
    await expect(hasty).rejects.toMatchObject({ code: 'KAFKA_FENCED' });
    await producer.fence();
    await producer.commit([one(target, 'a')]);
    expect(await reading(subject, target)).toEqual(['a']);
  });

  test('a topic that is absent is named, nothing is written, and the others lose nothing later', async () => {
    const { topic, name } = subject();
    const [target, other, absent] = [await topic(), await topic(), name('absent')];
    const producer = await transactional(subject, name('id'));
    await producer.commit([one(target, 'a'), one(other, 'a')]);
    const refused = producer.commit([one(target, 'b'), one(absent, 'b'), one(other, 'b')]);
    await expect(refused).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_REFUSED',
      details: { topic: absent, why: 'absent' },
    });
    await producer.fence();
    for (const value of ['c', 'd', 'e', 'f'])
      await producer.commit([one(target, value), one(other, value)]);
    for (const each of [target, other])
      expect(await reading(subject, each)).toEqual(['a', 'c', 'd', 'e', 'f']);
  });

  test('a topic that is deleted under a producer is named, and the others go on without it', async () => {
    const { topic, name, admin } = subject();
    const [target, doomed] = [await topic(), await topic()];
    const producer = await transactional(subject, name('id'));
    await producer.commit([one(target, 'a'), one(doomed, 'a')]);
    await admin.deleteTopics([doomed]);
    const refused = producer.commit([one(target, 'b'), one(doomed, 'b')]);
    await expect(refused).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_REFUSED',
      details: { topic: doomed },
    });
    await producer.fence();
    for (const value of ['c', 'd']) await producer.commit([one(target, value)]);
    expect(await reading(subject, target)).toEqual(['a', 'c', 'd']);
  });

  test('thousands of records go into one transaction, in order', async () => {
    const { topic, name } = subject();
    const target = await topic();
    const producer = await transactional(subject, name('id'));
    const values = Array.from({ length: 5_000 }, (_, index) => `${index}`);
    await producer.commit([one(target, ...values)]);
    expect(await reading(subject, target)).toEqual(values);
  });

  test('more goes into one transaction than a broker takes as one batch', async () => {
    const { topic, name } = subject();
    const target = await topic();
    const producer = await transactional(subject, name('id'));
    const values = Array.from({ length: 40 }, (_, index) => `${index}`.padStart(70_000, 'x'));
    for (let round = 0; round < 2; round++) await producer.commit([one(target, ...values)]);
    expect(await reading(subject, target)).toEqual([...values, ...values]);
  });

  test('commits that are asked for side by side run one after the other', async () => {
    const { topic, name } = subject();
    const target = await topic();
    const producer = await transactional(subject, name('id'));
    const values = Array.from({ length: 10 }, (_, index) => `${index}`);
    await Promise.all(values.map((value) => producer.commit([one(target, value)])));
    expect(await reading(subject, target)).toEqual(values);
  });

  test('a transaction of nothing still asks before it commits', async () => {
    const producer = await transactional(subject, subject().name('id'));
    let asked = 0;
    await producer.commit([], { beforeCommit: () => void asked++ });
    expect(asked).toBe(1);
  });
}
