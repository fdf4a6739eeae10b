/**
 * Things with a lifetime. A `Lifetime` collects what must be closed, closes it in
 * reverse order exactly once, and carries the signal that tells running work to end.
 */
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

export type Closer = () => unknown;

export class Lifetime implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #closers: { readonly name: string; readonly close: Closer }[] = [];
  readonly #log: Log | undefined;
  #ended: Promise<void> | undefined;

  constructor(log?: Log) {
    this.#log = log;
  }

  /** Fires when `end` begins. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Registers `close` to run at the end; the newest registration closes first. */
  defer(name: string, close: Closer): void {
    this.#closers.push({ name, close });
  }

  /** Ends everything; a failing closer is logged and does not keep the others open. */
  end(): Promise<void> {
    this.#ended ??= this.#closeAll();
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  async #closeAll(): Promise<void> {
    this.#controller.abort();
    for (const { name, close } of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        this.#log?.warn({ part: name, error: messageOf(error) }, 'closing failed');
      }
    }
  }
}
