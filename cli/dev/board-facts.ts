/**
 * One look at the whole city. A part that cannot be read (a server that is being restarted) says
 * so in its place and spoils none of the others; nothing old is shown as if it were new.
 */
import { messageOf } from '../../bus/base/errors.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { NativeStack } from '../../infra/native/native-stack.ts';
import type { ServiceStatus } from '../../infra/stack.ts';
import { type ConnectorItem, readConnectors } from '../live/connectors.ts';
import { type BlockCount, countVisible, readCounts } from '../live/counts.ts';
import { readViewLag, type ViewLag } from '../live/lag.ts';
import { readStatusFile, type StatusFile } from '../live/status-file.ts';
import type { StackAccess } from '../stack/access.ts';
import type { LiveCity } from './live-city.ts';
import { type PairFacts, readPairFacts } from './pairs/pair-facts.ts';

/** What was read, or why it could not be. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

export type ViewFacts = {
  readonly view: ViewModel;
  readonly lag: Read<ViewLag>;
  readonly counts: Read<readonly BlockCount[]>;
  readonly visible: Read<number>;
};

export type BoardFacts = {
  readonly atMs: number;
  readonly services: readonly ServiceStatus[];
  readonly connectors: Read<readonly ConnectorItem[]>;
  readonly views: readonly ViewFacts[];
  readonly pairs: Read<readonly PairFacts[]>;
  /** By name of the program; absent where it has not reported. */
  readonly figures: Readonly<Record<string, StatusFile>>;
};

export async function readBoard({
  live,
  stack,
}: {
  readonly live: LiveCity;
  readonly stack: NativeStack;
}): Promise<BoardFacts> {
  const { access, programs, views, pairs } = live;
  const [services, connectors, viewFacts, reports] = await Promise.all([
    stack.status(),
    read(async () => readConnectors(await access.connect())),
    Promise.all(views.map((view) => readView(view, access))),
    Promise.all(
      programs.map(
        async ({ name, statusFile }) => [name, await readStatusFile(statusFile)] as const,
      ),
    ),
  ]);
  const figures = Object.fromEntries(
    reports.flatMap(([name, report]) => (report ? [[name, report] as const] : [])),
  );
  return {
    atMs: Date.now(),
    services,
    connectors,
    views: viewFacts,
    pairs: await read(() => readPairFacts(pairs, figures)),
    figures,
  };
}

async function readView(view: ViewModel, access: StackAccess): Promise<ViewFacts> {
  const [lag, counts, visible] = await Promise.all([
    read(() => readViewLag(view, access)),
    read(() => readCounts(view, access)),
    read(() => countVisible(view, access)),
  ]);
  return { view, lag, counts, visible };
}

async function read<T>(work: () => Promise<T>): Promise<Read<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}

/** Figures per second between two looks; undefined before the second one and across a restart. */
export function perSecond(
  { program, figure }: { readonly program: string; readonly figure: string },
  now: BoardFacts,
  before: BoardFacts | undefined,
): number | undefined {
  const [newer, older] = [now.figures[program], before?.figures[program]];
  if (!newer || !older || newer.pid !== older.pid || newer.atMs <= older.atMs) return undefined;
  const [to, from] = [newer.figures[figure] ?? 0, older.figures[figure] ?? 0];
  return ((to - from) * 1_000) / (newer.atMs - older.atMs);
}
