/** The live board: redrawn on a terminal, a plain line every few seconds elsewhere; until the signal. */
import { createLogUpdate } from 'log-update';
import { systemClock } from '../../bus/base/clock.ts';
import type { NativeStack } from '../../infra/native/native-stack.ts';
import type { Paints } from '../output/paint.ts';
import type { Streams } from '../output/output.ts';
import { readBoard, type BoardFacts } from './board-facts.ts';
import { boardLine, boardText } from './board-text.ts';
import type { LiveCity } from './live-city.ts';
import { pointers } from './pointers.ts';

const REDRAW_MS = 1_000;
const LINE_MS = 5_000;

export type BoardOptions = {
  readonly live: LiveCity;
  readonly stack: NativeStack;
  readonly home: string;
  readonly signal: AbortSignal;
  readonly streams: Streams;
  readonly paints: Paints;
  readonly isTerminal: boolean;
};

/** Shows the board until `signal` fires. Never throws for what it cannot read. */
export async function showBoard(options: BoardOptions): Promise<void> {
  const { live, stack, home, signal, streams, paints, isTerminal } = options;
  const startedMs = Date.now();
  const further = pointers(live, home);
  const update = isTerminal ? createLogUpdate(process.stdout) : undefined;
  if (!update) streams.out(`${further.join('\n')}\n`);
  let before: BoardFacts | undefined;
  while (!signal.aborted) {
    const now = await readBoard({ live, stack });
    if (signal.aborted) break;
    const board = { now, before, startedMs, home, paints, pointers: further };
    if (update) update(boardText(board));
    else streams.out(`${boardLine(board)}\n`);
    before = now;
    await systemClock.sleep(update ? REDRAW_MS : LINE_MS, signal).catch(() => {});
  }
  update?.done();
}
