/** A deployed pair by the name or id of its agreement. */
import { BusError } from '../../bus/base/errors.ts';
import { readPairs, type ControlledPair } from '../../bus/control/pairs.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';

/** Throws CLI_NOT_FOUND with the names of all that are deployed. */
export async function findPair(control: SqlDatabase, name: string): Promise<ControlledPair> {
  const { pairs } = await readPairs(control);
  const found = pairs.find(
    ({ agreementId, pair }) => agreementId === name || pair.agreement.name === name,
  );
  if (found) return found;
  const known = pairs.map(({ pair }) => pair.agreement.name).join(', ');
  throw new BusError('CLI_NOT_FOUND', { kind: 'pair', name, known: known || '-' });
}
