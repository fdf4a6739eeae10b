import { FakeRegistry } from '../../../bus/registry/fake/fake-registry.ts';
import { registryContract } from '../../support/contracts/registry-contract.ts';

registryContract('in memory', () => {
  const unreachable = new FakeRegistry();
  unreachable.failWith('unreachable');
  const forbidden = new FakeRegistry();
  forbidden.failWith('forbidden');
  return Promise.resolve({ registry: new FakeRegistry(), unreachable, forbidden, prefix: 'fake' });
});
