/**
 * The captures of views on the hub: what is missing of them, as steps, and making it. They follow
 * the views' tables, which must be there first; only then can the preflight look at them.
 */
import { planDesired } from '../../bus/plan/apply.ts';
import type { Plan } from '../../bus/plan/plan.ts';
import { ensurePassword } from '../../bus/plan/secret-files.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { applyLoadedSources, type ApplySourcesOptions } from '../../connectors/apply.ts';
import { capturePasswordFile, compileSource, desiredSources } from '../../connectors/compile.ts';
import { contextOf } from '../../connectors/context.ts';
import { ensureCaptureUser } from '../../connectors/hub/capture-user.ts';
import { hubSource } from '../../connectors/hub/hub-source.ts';
import type { SourceFile } from '../../connectors/load-source.ts';
import type { Source } from '../../connectors/source.ts';
import type { StackAccess } from '../stack/access.ts';
import { canLogIn } from './can-log-in.ts';
import { shownStep, type ShownStep } from './shown-step.ts';

/** The hub of this stack listens on loopback only and has no TLS. */
const TLS = 'disable';

export type ViewFile = { readonly file: string; readonly view: ViewModel };

/** The captures of `views`, as if each had a source.yaml. */
export function capturesOf(views: readonly ViewFile[]): SourceFile[] {
  return views.map(({ file, view }) => ({ file, source: hubSource(view, { tls: TLS }) }));
}

export type CapturesPlan = Pick<Plan, 'refusals'> & {
  readonly users: readonly ShownStep[];
  readonly steps: readonly ShownStep[];
  readonly kept: readonly ShownStep[];
};

/** What `applyCaptures` would do for `views`. Changes nothing. */
export async function planCaptures(
  views: readonly ViewFile[],
  { access, prune }: { readonly access: StackAccess; readonly prune: boolean },
): Promise<CapturesPlan> {
  if (views.length === 0) return { users: [], steps: [], kept: [], refusals: [] };
  const context = contextOf(access.endpoints);
  const sources = capturesOf(views).map(({ source }) => source);
  const desired = desiredSources(sources.map((source) => compileSource(source, context)));
  const ports = { admin: await access.admin(), connect: await access.connect() };
  const { steps, kept, refusals } = await planDesired(desired, ports, { prune });
  const users = (await Promise.all(sources.map((source) => missingUser(source, access)))).flat();
  return {
    users,
    steps: [...users, ...steps.map(shownStep)],
    kept: kept.map(shownStep),
    refusals,
  };
}

export type ApplyCapturesOptions = ApplySourcesOptions & {
  readonly access: StackAccess;
  readonly plan: Pick<CapturesPlan, 'users'>;
};

/**
 * Makes the captures of `views`, whose tables exist, and resolves with what was done when they run.
 * Throws as `applySources`.
 */
export async function applyCaptures(
  views: readonly ViewFile[],
  { access, plan: { users }, ...options }: ApplyCapturesOptions,
): Promise<ShownStep[]> {
  if (views.length === 0) return [];
  const context = contextOf(access.endpoints);
  const captures = capturesOf(views);
  const hub = await access.root('hub');
  for (const { source } of captures) {
    const password = await ensurePassword(capturePasswordFile(source, context));
    await ensureCaptureUser(hub, source, password);
  }
  const { plan } = await applyLoadedSources(captures, context, options);
  return [...users, ...plan.steps.map(shownStep)];
}

async function missingUser(source: Source, access: StackAccess): Promise<ShownStep[]> {
  const passwordFile = capturePasswordFile(source, contextOf(access.endpoints));
  if (await canLogIn({ user: source.capture.user, passwordFile }, access)) return [];
  return [{ action: 'create', kind: 'hub user', name: source.capture.user, changes: [] }];
}
