/**
 * The sharing pairs of the live city: the control database and the organizations' keys, agreements
 * concluded by their parties, the reconciler that deploys them, the gateway, and every subscriber
 * with its own copy. Doing it twice changes nothing; agreements that ended stay ended.
 */
import type { AgreementContent, AgreementState } from '../../../bus/agreement/agreement.ts';
import { findAgreementFiles } from '../../../bus/agreement/document/folder.ts';
import { readSigningKey } from '../../../bus/agreement/signature/keys.ts';
import { type Problem, ProblemsError } from '../../../bus/base/errors.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { text } from '../../../bus/base/text.ts';
import type { Control } from '../../../bus/control/control.ts';
import { readLines } from '../../../bus/control/list.ts';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import type { NativeStack } from '../../../infra/native/native-stack.ts';
import { type AgreementWorld, checkAgreementFile, loadWorld } from '../../agreements/world.ts';
import type { StackAccess } from '../../stack/access.ts';
import { ensureControl, openControl, orgKeyPath } from '../../stack/control.ts';
import { gatewayProgram, type Program, reconcilerProgram, subscriberProgram } from '../programs.ts';
import { conclude } from './conclude.ts';
import { type CitySubscriber, ensureSubscriber } from './subscribers.ts';

export type CityPair = CitySubscriber & { readonly program: Program };

export type CityPairs = {
  readonly control: SqlDatabase;
  readonly pairs: readonly CityPair[];
  /** Those of the pairs' own that run, and the two that all pairs share. */
  readonly programs: readonly Program[];
};

type Options = {
  readonly access: StackAccess;
  readonly stack: Pick<NativeStack, 'superviseProcess'>;
  readonly home: string;
};

const ACTIVE_TIMEOUT_MS = 600_000;
const ACTIVE_INTERVAL_MS = 250;
/** States in which a subscriber has something to do. */
const WITH_SUBSCRIBER: ReadonlySet<AgreementState> = new Set<AgreementState>([
  'active',
  'suspended',
  'revoked',
  'expired',
  'purging',
]);

/** Resolves when no agreement of the city waits for the bus any more and its programs run. */
export async function bringUpPairs({ access, stack, home }: Options): Promise<CityPairs> {
  const world = await loadWorld();
  await ensureControl(access, world);
  const agreements = await readAgreements(world);
  const control = await openControl(access, world);
  const keyOf = (org: string) => readSigningKey(orgKeyPath(access, org));
  for (const agreement of agreements) await conclude(agreement, { control, keyOf });
  const reconciler = reconcilerProgram(home);
  await stack.superviseProcess(reconciler);
  const states = await untilInForce(agreements, control);
  const gateway = gatewayProgram(home);
  await stack.superviseProcess(gateway);
  const pairs = await Promise.all(
    agreements.map(async (agreement): Promise<CityPair> => {
      const subscriber = await ensureSubscriber(agreement, access);
      const { configFile } = subscriber;
      return {
        ...subscriber,
        program: subscriberProgram({ agreement: agreement.name, configFile }, home),
      };
    }),
  );
  const running = pairs.filter(({ agreement }) =>
    WITH_SUBSCRIBER.has(states.get(agreement.id) ?? 'draft'),
  );
  await Promise.all(running.map(({ program }) => stack.superviseProcess(program)));
  const programs = [reconciler, gateway, ...running.map(({ program }) => program)];
  return { control: control.db, pairs, programs };
}

/** Throws ProblemsError with what is wrong in the form of any of them; the linter has its say when they are submitted. */
async function readAgreements(world: AgreementWorld): Promise<AgreementContent[]> {
  const files = await findAgreementFiles(world.folder);
  const checked = await Promise.all(files.map((file) => checkAgreementFile(file, world)));
  const problems: Problem[] = checked.flatMap((one) => one.problems);
  if (problems.length > 0) throw new ProblemsError(world.folder, problems);
  return checked.flatMap(({ content }) => (content ? [content] : []));
}

/** The state of each agreement's version, once none is filed and waits for its deployment. */
async function untilInForce(
  agreements: readonly AgreementContent[],
  { db }: Control,
): Promise<ReadonlyMap<string, AgreementState>> {
  const versions = new Map(agreements.map(({ id, version }) => [id, version]));
  return waitFor(
    async () => {
      const lines = (await readLines(db)).filter(
        ({ agreementId, version }) => versions.get(agreementId) === version,
      );
      if (lines.some(({ state }) => state === 'filed')) return undefined;
      return new Map(lines.map(({ agreementId, state }) => [agreementId, state]));
    },
    {
      what: text('cli.start.pairsAwaited'),
      timeoutMs: ACTIVE_TIMEOUT_MS,
      intervalMs: ACTIVE_INTERVAL_MS,
    },
  );
}
