/**
 * `civicbus resync agreement`: asks the gateway for a whole new copy of what is delivered now, and
 * with --wait stays until the subscriber tells that it has it. Who asked and why is kept.
 */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { possibilities, rolesOf } from '../../bus/agreement/lifecycle/decide.ts';
import type { Line } from '../../bus/agreement/lifecycle/line.ts';
import { BUS_ORG } from '../../bus/agreement/lifecycle/verbs.ts';
import { readSigningKey } from '../../bus/agreement/signature/keys.ts';
import { must } from '../../bus/base/assert.ts';
import { systemClock } from '../../bus/base/clock.ts';
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { bumpGeneration } from '../../bus/control/deployments.ts';
import { readAgreement } from '../../bus/control/record.ts';
import { GatewayWatch } from '../../bus/pair/verify/gateway-watch.ts';
import { untilCopied } from '../../bus/pair/verify/until-copied.ts';
import type { ActorFlags } from '../agreements/actor.ts';
import { deskFor } from '../agreements/desk.ts';
import type { Desk } from '../agreements/perform.ts';
import type { Cli } from '../globals.ts';
import { count } from '../output/words.ts';
import type { StackAccess } from '../stack/access.ts';
import { orgKeyPath } from '../stack/control.ts';

export type ResyncFlags = ActorFlags & {
  readonly wait: boolean;
  readonly reason: string;
  readonly empty: boolean;
};

const VERB = 'resync';
const WAIT_MS_MAX = 300_000;

export async function resyncAgreement(
  cli: Cli,
  name: string,
  { wait, reason, empty: mayEmpty, ...flags }: ResyncFlags,
): Promise<void> {
  const desk = await deskFor(cli, name);
  const { access, control } = desk;
  const record = await readAgreement(control.db, name);
  const { agreementId, name: known, chain } = record;
  const line = [...chain.lines.values()].find(({ state }) => state === 'active');
  if (!line) throw new BusError('LIFECYCLE_NOT_ACTIVE', { name: known });
  const { version, state } = line;
  if (reason.trim() === '') {
    const whys = 'a reason has to be given';
    throw new BusError('LIFECYCLE_GUARDED', { name: known, version, state, verb: VERB, whys });
  }
  const content = must(record.contents.get(line.contentHash), 'what is in force is stored');
  const org = await askerOf(desk, flags, { content, line });
  if (content.scope.backfill === 'none' && !mayEmpty)
    throw new BusError('LIFECYCLE_COPY_WOULD_BE_EMPTY', { name: known, version });
  const generation = await bumpGeneration(control.db, { agreementId, version, org, reason });
  cli.out.list({
    kind: 'ResyncList',
    items: [{ agreementId, name: known, version, generation, org, reason }],
    table: {
      columns: ['agreement', 'version', 'generation', 'org', 'reason'].map((column) =>
        text(`cli.column.${column}`),
      ),
      rows: [[known, version, generation, org, reason]],
      empty: '',
    },
  });
  cli.out.hint(text('cli.resync.next', { name: known }));
  if (wait) await waitFor(cli, access, { agreementId, request: generation });
}

/** The bus itself, or an organization of the agreement; who asks has its key at hand. */
async function askerOf(
  { access, control: { authority } }: Desk,
  { as, key: file }: ActorFlags,
  { content, line }: { readonly content: AgreementContent; readonly line: Line },
): Promise<string> {
  const { name } = content;
  const { version, state } = line;
  const given = file === undefined ? undefined : await readSigningKey(file);
  const org = as ?? given?.orgId ?? BUS_ORG;
  if (rolesOf(org, content, { authority, atMs: systemClock.now() }).length === 0) {
    const who = 'subscriber or provider or authority or bus';
    const possible = possibilities(state);
    const known = { name, version, state, verb: VERB, possible };
    throw new BusError('LIFECYCLE_NOT_PERMITTED', { ...known, org, who });
  }
  const { orgId: signer } = given ?? (await readSigningKey(orgKeyPath(access, org)));
  if (signer === org) return org;
  throw new BusError('LIFECYCLE_SIGNER_WRONG', { verb: VERB, name, org, signer });
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
