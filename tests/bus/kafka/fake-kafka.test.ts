import { createFakeKafka } from '../../../bus/kafka/fake/fake-kafka.ts';
import { kafkaContract } from '../../support/contracts/kafka-contract.ts';

kafkaContract('the in-memory fake', async () => {
  const fake = createFakeKafka();
  return {
    bus: fake.bus,
    prefix: 'fake',
    async commit(at, values) {
      fake.appendTransaction(
        at,
        values.map((value) => ({ key: value, value })),
      );
    },
    async abort(at, values) {
      fake.appendAborted(at, values.length);
    },
    async deleteBelow(position) {
      fake.deleteBelow(position);
    },
  };
});
