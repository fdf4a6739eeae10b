/** Of changes one at a time and under load, at one place or on one way: as percentiles. */
import { type Percentiles, percentilesOf } from '../statistics.ts';
import type { Timed } from './probe.ts';

/** ms. */
export type Figures = {
  readonly visible: Percentiles;
  /** The commit itself: how quiet the machine was. */
  readonly commit: Percentiles;
};

export type BothFigures = { readonly single: Figures; readonly load: Figures };

export type BothSamples = { readonly single: readonly Timed[]; readonly load: readonly Timed[] };

/** What a run is made of, beside its data's size. */
export type RunSettings = {
  readonly seed: number;
  readonly residents: number;
  readonly rounds: number;
  readonly warmUp: number;
  readonly singles: number;
  readonly perSecond: number;
  readonly seconds: number;
};

export function bothFigures({ single, load }: BothSamples): BothFigures {
  return { single: figuresOf(single), load: figuresOf(load) };
}

/** Of all rounds' changes together. */
export function summaryOf(samples: readonly BothSamples[]): BothFigures {
  return bothFigures({
    single: samples.flatMap(({ single }) => single),
    load: samples.flatMap(({ load }) => load),
  });
}

function figuresOf(timed: readonly Timed[]): Figures {
  return {
    visible: percentilesOf(timed.map(({ visibleMs }) => visibleMs)),
    commit: percentilesOf(timed.map(({ commitMs }) => commitMs)),
  };
}
