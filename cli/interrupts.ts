/**
 * Ctrl-C, SIGTERM and a closed terminal. A short command ends at once; a long-running one asks for `graceful` and is
 * given the time to finish what it has in hand. The second signal ends the process in any case.
 */
import { EXIT } from '../bus/base/codes/code.ts';

export type Interrupts = {
  /** From now on the first signal only fires the answered AbortSignal. */
  graceful(): AbortSignal;
  /** The signal that came, if one did. */
  readonly cause: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined;
};

type Signals = Pick<NodeJS.Process, 'on' | 'exit'>;

/** Listens to the signals of `process` for the rest of its life. */
export function createInterrupts(process: Signals): Interrupts {
  const controller = new AbortController();
  let isGraceful = false;
  let cause: Interrupts['cause'];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!isGraceful || cause !== undefined) process.exit(EXIT.interrupted);
      cause = signal;
      controller.abort();
    });
  }
  return {
    graceful() {
      isGraceful = true;
      return controller.signal;
    },
    get cause() {
      return cause;
    },
  };
}
