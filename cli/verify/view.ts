/** A view against its sources, with what the command line knows: declarations, logins, topics. */
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { systemClock } from '../../bus/base/clock.ts';
import type { KafkaAdmin } from '../../bus/kafka/kafka.ts';
import type { UnitVerification } from '../../bus/verify/verify-unit.ts';
import { verifyView, type ViewVerification } from '../../bus/verify/verify-view.ts';
import { unitName, type ViewModel } from '../../bus/view/view.ts';
import { gatherDeclarations } from '../apply/gather.ts';
import { PROJECT_FOLDER } from '../globals.ts';
import { declaredView } from '../live/declared-views.ts';
import { isInstalled } from '../live/lag.ts';
import type { StackAccess } from '../stack/access.ts';
import { declaredSources, sourceOpener } from './sources.ts';

export type CompareOptions = {
  readonly access: StackAccess;
  /** Where views and sources are declared; the project's own when absent. */
  readonly paths: readonly string[] | undefined;
  /** One unit, as "view/block" or "block"; all when absent. */
  readonly unit: string | undefined;
  readonly differencesMax: number;
  readonly waitMsMax: number;
  readonly onUnit?: (unit: UnitVerification) => void;
};

/** The view `name` among the views declared in `paths`, where sources may stand beside them. */
export async function viewAmong(
  name: string,
  paths: readonly string[] | undefined,
): Promise<ViewModel> {
  const files = paths === undefined ? undefined : (await gatherDeclarations(paths)).viewFiles;
  return declaredView(name, files);
}

/** Throws CLI_NOT_FOUND when the view was not applied, or has no such unit. */
export async function compareView(
  view: ViewModel,
  { access, paths, unit, differencesMax, waitMsMax, onUnit }: CompareOptions,
): Promise<ViewVerification> {
  const block = unit === undefined ? undefined : blockOf(view, unit);
  const sources = await declaredSources(paths, join(PROJECT_FOLDER, 'connectors'));
  if (!(await isInstalled(await access.root('hub'), view))) {
    throw new BusError('CLI_NOT_FOUND', { kind: 'applied view', name: view.name, known: '' });
  }
  const admin = await access.admin();
  return verifyView(
    view,
    {
      hub: await access.hub(view.database),
      source: sourceOpener(sources, access),
      ends: (topic) => endsOf(admin, topic),
      clock: systemClock,
    },
    {
      limits: { differencesMax, waitMsMax },
      ...(block === undefined ? {} : { blocks: [block] }),
      ...(onUnit ? { onUnit } : {}),
    },
  );
}

/** The block that `unit` names. Throws CLI_NOT_FOUND. */
export function blockOf(view: ViewModel, unit: string): string {
  const wanted = unit.includes('/') ? unit : `${view.name}/${unit}`;
  const found = view.blocks.find((block) => unitName(view, block) === wanted);
  if (found) return found.name;
  const known = view.blocks.map((block) => unitName(view, block)).join(', ');
  throw new BusError('CLI_NOT_FOUND', { kind: 'unit', name: wanted, known });
}

export async function endsOf(admin: KafkaAdmin, topic: string): Promise<Map<number, bigint>> {
  const logs = await admin.offsets([topic]);
  return new Map(logs.map(({ partition, end }) => [partition, end]));
}
