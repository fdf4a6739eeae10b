/** `civicbus verify agreement`: is what the control database says what was signed? */
import { BusError, isBusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { readAgreement } from '../../bus/control/record.ts';
import { verifyChain, verifyChains, type ChainReport } from '../../bus/control/verify-chain.ts';
import { deskFor, findDesk } from '../agreements/desk.ts';
import type { Desk } from '../agreements/perform.ts';
import type { Cli } from '../globals.ts';

export async function verifyAgreement(cli: Cli, name: string | undefined): Promise<void> {
  const items = name === undefined ? await verifyAll(cli) : [await verifyOne(cli, name)];
  cli.out.list({
    kind: 'AgreementChainList',
    items,
    table: {
      columns: ['agreement', 'events', 'equal'].map((column) => text(`cli.column.${column}`)),
      rows: items.map(({ agreementId, events, faults }) => [
        agreementId,
        events,
        faults.length === 0
          ? { text: text('cli.verify.agreement.whole'), health: 'good' }
          : { text: faults.join('\n'), health: 'bad' },
      ]),
      empty: text('cli.empty.agreements'),
    },
  });
  const broken = items.filter(({ faults }: ChainReport) => faults.length > 0);
  if (broken.length > 0) throw new BusError('LIFECYCLE_NOT_AS_SIGNED', { count: broken.length });
}

async function verifyAll(cli: Cli): Promise<readonly ChainReport[]> {
  const desk = await findDesk(cli);
  return desk ? verifyChains(desk.control) : [];
}

async function verifyOne(cli: Cli, name: string): Promise<ChainReport> {
  const { control } = await deskFor(cli, name);
  return verifyChain(control, await idOf(control, name));
}

/** A chain that does not fold cannot be read by name; its id is found all the same. */
async function idOf({ db }: Desk['control'], name: string): Promise<string> {
  try {
    return (await readAgreement(db, name)).agreementId;
  } catch (error) {
    if (!isBusError(error, 'LIFECYCLE_CHAIN_BROKEN')) throw error;
    return String(error.details['id']);
  }
}
