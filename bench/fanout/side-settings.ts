/** What parent and sides of the benchmark say to each other. */
import type { LeasedPair } from '../../bus/pair/gateway/lease.ts';
import type { Login, StackEndpoints } from '../../infra/stack.ts';

/** Passed as JSON in the first argument; names of secret files only. */
export type SideSettings = {
  readonly endpoints: StackEndpoints;
  readonly kafka: Login;
  /** A JSON file of the LeasedPairs. */
  readonly pairsFile: string;
  readonly keysFolder: string;
  /** Where every partition of the view topics ends; offsets as text. */
  readonly ends: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
  }[];
};

export type SideMessage =
  | {
      readonly kind: 'done';
      /** When the first change was asked for, and when everything of the last was committed; ms since the epoch. */
      readonly fromMs: number;
      readonly toMs: number;
      /** Records for pairs. */
      readonly records: number;
    }
  | { readonly kind: 'ended'; readonly why: string };

export type LeasedPairs = readonly LeasedPair[];
