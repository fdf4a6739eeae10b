/**
 * Agreements planned and applied by hand: the same comparison that the reconciler makes for ever.
 * What is deployed is what was filed, as the control database holds it; a file is only checked and
 * compared with that. All pairs of the stack are planned, because the gateway's rights are of all.
 */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import { type Problem, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import type { Control } from '../../bus/control/control.ts';
import { putDeployment } from '../../bus/control/deployments.ts';
import { type ControlState, type ListedLine, readControlState } from '../../bus/control/list.ts';
import { verifyChain } from '../../bus/control/verify-chain.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import {
  applyPairs,
  type PairPorts,
  type PairsPlan,
  planPairs,
} from '../../bus/pair/reconcile/plan-pairs.ts';
import { standingOf } from '../../bus/pair/reconcile/standing.ts';
import { Trust } from '../../bus/pair/reconcile/trust.ts';
import {
  type ControlView,
  type WantedDeployment,
  wantedOf,
} from '../../bus/pair/reconcile/wanted.ts';
import { type AgreementWorld, checkAgreementFile, loadWorld } from '../agreements/world.ts';
import type { StackAccess } from '../stack/access.ts';
import { hasControl, maskKeysFolder, openControl } from '../stack/control.ts';
import type { DeclaredPlan } from './declared.ts';
import { pairContext } from './pair-context.ts';
import { shownStep, type ShownStep } from './shown-step.ts';

export type DeclaredAgreement = { readonly file: string; readonly content: AgreementContent };

export type LoadedAgreements = {
  readonly world: AgreementWorld;
  readonly agreements: readonly DeclaredAgreement[];
  /** What the linter warns of. */
  readonly warnings: readonly Problem[];
};

/** Reads and lints every file; asks no server. Throws ProblemsError with every error of all of them. */
export async function loadAgreements(files: readonly string[]): Promise<LoadedAgreements> {
  const world = await loadWorld(files[0]);
  const checked = await Promise.all(files.map((file) => checkAgreementFile(file, world)));
  const of = (severity: 'error' | 'warning') =>
    checked.flatMap(({ findings }) =>
      findings.filter((finding) => finding.severity === severity).map(({ place }) => place),
    );
  const problems = [...checked.flatMap((one) => one.problems), ...of('error')];
  if (problems.length > 0) throw new ProblemsError(files.join(', '), problems);
  return {
    world,
    agreements: checked.flatMap(({ file, content }) => (content ? [{ file, content }] : [])),
    warnings: of('warning'),
  };
}

type Options = { readonly access: StackAccess; readonly prune: boolean };

/** What `applyAgreements` would do now. Changes nothing. */
export async function planAgreements(
  loaded: LoadedAgreements,
  options: Options,
): Promise<DeclaredPlan> {
  const control = (await hasControl(options.access))
    ? await openControl(options.access, loaded.world)
    : undefined;
  const { plan, notes } = await compare(loaded, { ...options, control });
  return shown(plan, notes);
}

/** Throws what failed first, after everything else was done; doing it twice changes nothing. */
export async function applyAgreements(
  loaded: LoadedAgreements,
  { onStep = () => {}, ...options }: Options & { readonly onStep?: (step: ShownStep) => void },
): Promise<DeclaredPlan> {
  const { access } = options;
  const control = await openControl(access, loaded.world);
  const { plan, notes } = await compare(loaded, { ...options, control });
  const keys = openKeyStore(maskKeysFolder(access));
  const ports: PairPorts = {
    admin: await access.admin(),
    registry: await access.registryWriter(),
    ensureKey: (scope) => keys.ensureKey(scope),
    putDeployment: (deployment) => putDeployment(control.db, deployment),
  };
  const report = await applyPairs(
    plan,
    ports,
    ({ step, outcome }) => outcome === 'done' && onStep(shownStep(step)),
  );
  const deployed = new Set(report.deployed.map(nameOf));
  const deployments = plan.deployments.filter((one) => deployed.has(nameOf(one)));
  deployments.map(shownDeployment).forEach(onStep);
  if (report.failures.length > 0) throw report.failures[0];
  return shown({ ...plan, deployments }, notes);
}

async function compare(
  { world, agreements, warnings }: LoadedAgreements,
  { access, prune, control }: Options & { readonly control: Control | undefined },
): Promise<{ readonly plan: PairsPlan; readonly notes: readonly Problem[] }> {
  const state = control ? await provedState(control) : NOTHING;
  const context = pairContext(access, world);
  const wanted = wantedOf(state, context.wanted);
  const plan = await planPairs(wanted, { admin: await access.admin() }, { ...context.plan, prune });
  const notes = [...warnings, ...plan.problems, ...agreements.flatMap(noteOf(state.lines))];
  return { plan, notes };
}

const NOTHING = { lines: [], deployments: [] } as const;

async function provedState(control: Control): Promise<ControlState & Pick<ControlView, 'faults'>> {
  const state = await readControlState(control.db);
  const trust = new Trust(async (id) => (await verifyChain(control, id)).faults);
  return { ...state, faults: await trust.faultsOf(state.lines) };
}

/** How the file stands to what the control database holds of its version. */
function noteOf(lines: readonly ListedLine[]): (declared: DeclaredAgreement) => Problem[] {
  return ({ file, content: { id, name, version }, content }) => {
    const note = (key: string, values: Readonly<Record<string, string>> = {}) => [
      { file, message: text(`cli.plan.agreement.${key}`, { name, version, file, ...values }) },
    ];
    const line = lines.find((one) => one.agreementId === id && one.version === version);
    if (!line) return note('unknown');
    const { state, contentHash: hash } = line;
    if (hash !== contentHash(content)) return note('differs', { state, hash });
    return standingOf(state) === undefined ? note('waits', { state }) : [];
  };
}

function shown({ broker, deployments }: PairsPlan, notes: readonly Problem[]): DeclaredPlan {
  return {
    steps: [...broker.steps.map(shownStep), ...deployments.map(shownDeployment)],
    kept: broker.kept.map(shownStep),
    notes,
  };
}

/** With what it does to the subscriber's copy, where that is not plain: without backfill a new one has no rows. */
export function shownDeployment({
  isNew,
  pair,
  changes,
  generation,
}: Pick<WantedDeployment, 'isNew' | 'pair' | 'changes' | 'generation'>): ShownStep {
  const { name, version } = pair.agreement;
  const isOtherCopy = isNew || changes.some(({ field }) => field === 'generation');
  const from = text('cli.plan.copy.soFar');
  const emptied = { field: 'copy', from, to: text('cli.plan.copy.emptied') };
  const isEmptied = pair.backfill === 'none' && isOtherCopy && generation > 1;
  return {
    action: isNew ? 'create' : 'change',
    kind: 'deployment',
    name: `${name} ${version}`,
    changes: isEmptied ? [...changes, emptied] : changes,
  };
}

function nameOf({
  agreementId,
  version,
}: {
  readonly agreementId: string;
  readonly version: string;
}): string {
  return `${agreementId} ${version}`;
}
