/** The lease as the control database tells it. */
import { readArchiveLagMs } from '../../control/archive-head.ts';
import { readControlVersion, readPairs, type ControlledPair } from '../../control/pairs.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import type { LeasedPair, LeaseSource } from './lease.ts';

export function controlLease(control: SqlDatabase): LeaseSource {
  return {
    version: () => readControlVersion(control),
    archiveLagMs: () => readArchiveLagMs(control),
    async read() {
      const { controlVersion, pairs } = await readPairs(control);
      return { version: controlVersion, pairs: pairs.map(leasedPair) };
    },
  };
}

function leasedPair(found: ControlledPair): LeasedPair {
  const { pair, state, generation, keySchemaId, valueSchemaId } = found;
  return {
    pair,
    state,
    request: generation,
    schemaIds: { key: keySchemaId, value: valueSchemaId },
  };
}
