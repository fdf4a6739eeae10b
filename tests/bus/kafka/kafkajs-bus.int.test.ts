import { silentLog } from '../../../bus/base/log.ts';
import { createKafkaBus } from '../../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { kafkaContract } from '../../support/contracts/kafka-contract.ts';
import { testStack } from '../../support/env.ts';
import { brokerTricks } from './broker-tricks.ts';

const stack = await testStack('kafkajsbus');

kafkaContract('kafkajs and a real broker', async () => {
  const { brokers, admin } = stack.endpoints.kafka;
  const settings = {
    brokers,
    user: admin.user,
    password: await stack.password(admin),
    clientId: stack.prefix,
    log: silentLog,
  };
  return { bus: createKafkaBus(settings), prefix: stack.prefix, ...brokerTricks(settings) };
});
