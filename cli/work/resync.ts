/**
 * `civicbus resync agreement`: asks the gateway for a whole new copy of what is delivered now, and
 * with --wait stays until the subscriber tells that it has it.
 */
import { systemClock } from '../../bus/base/clock.ts';
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { bumpGeneration } from '../../bus/control/deployments.ts';
import { readAgreement } from '../../bus/control/record.ts';
import { GatewayWatch } from '../../bus/pair/verify/gateway-watch.ts';
import { untilCopied } from '../../bus/pair/verify/until-copied.ts';
import { deskFor } from '../agreements/desk.ts';
import type { Cli } from '../globals.ts';
import { count } from '../output/words.ts';
import type { StackAccess } from '../stack/access.ts';

const WAIT_MS_MAX = 300_000;

export async function resyncAgreement(
  cli: Cli,
  name: string,
  { wait }: { readonly wait: boolean },
): Promise<void> {
  const { access, control } = await deskFor(cli, name);
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
  if (wait) await waitFor(cli, access, { agreementId, request: generation });
}

async function waitFor(
  { out, globals, interrupts }: Cli,
  access: StackAccess,
  wanted: { readonly agreementId: string; readonly request: number },
): Promise<void> {
  const kafka = await access.kafkaAs(access.endpoints.kafka.admin);
  const reader = await kafka.reader();
  try {
    const receipt = await untilCopied(wanted, {
      kafka,
      watch: new GatewayWatch({ admin: await access.admin(), reader }),
      clock: systemClock,
      timeoutMs: globals.timeoutMs ?? WAIT_MS_MAX,
      signal: interrupts.graceful(),
    });
    const { generation, rows } = receipt;
    out.hint(text('cli.resync.written', { generation, rows: count(rows ?? 0) }));
  } finally {
    await reader.close();
  }
}
