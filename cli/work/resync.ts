/** `civicbus resync agreement`: asks the gateway for a whole new copy of what is delivered now. */
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { bumpGeneration } from '../../bus/control/deployments.ts';
import { readAgreement } from '../../bus/control/record.ts';
import { deskFor } from '../agreements/desk.ts';
import type { Cli } from '../globals.ts';

export async function resyncAgreement(cli: Cli, name: string): Promise<void> {
  const { control } = await deskFor(cli, name);
  const { agreementId, name: known, chain } = await readAgreement(control.db, name);
  const line = [...chain.lines.values()].find(({ state }) => state === 'active');
  if (!line) throw new BusError('LIFECYCLE_NOT_ACTIVE', { name: known });
  const { version } = line;
  const generation = await bumpGeneration(control.db, { agreementId, version });
  cli.out.list({
    kind: 'ResyncList',
    items: [{ agreementId, name: known, version, generation }],
    table: {
      columns: ['agreement', 'version', 'generation'].map((column) => text(`cli.column.${column}`)),
      rows: [[known, version, generation]],
      empty: '',
    },
  });
  cli.out.hint(text('cli.resync.next', { name: known }));
}
