/** Time as a dependency, so that logic tests need not wait. */
import { setTimeout as delay } from 'node:timers/promises';
import { BusError } from './errors.ts';

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Resolves after `ms`; rejects with BUS_ABORTED when `signal` fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      throw new BusError('BUS_ABORTED', {}, error);
    }
  },
};

/** A clock that moves only by `advance`, or at once on every sleep when `jump` is set. */
export class ManualClock implements Clock {
  #now: number;
  readonly #jump: boolean;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor(now = 0, { jump = true }: { readonly jump?: boolean } = {}) {
    this.#now = now;
    this.#jump = jump;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    if (this.#jump) {
      this.#now += ms;
      return Promise.resolve();
    }
    return new Promise((wake) => this.#sleepers.push({ at: this.#now + ms, wake }));
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.at <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at > this.#now);
    for (const sleeper of due) sleeper.wake();
  }
}
