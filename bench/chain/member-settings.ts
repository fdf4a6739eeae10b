/** What the gateway's and the subscriber's process are given, as JSON in the first argument. */
import type { LeasedPair } from '../../bus/pair/gateway/lease.ts';
import type { Login, StackEndpoints } from '../../infra/stack.ts';

export type MemberSettings = {
  readonly endpoints: StackEndpoints;
  readonly leased: LeasedPair;
  readonly kafka: Login;
  /** On the hub for the gateway, on the subscribers' server for the subscriber. */
  readonly database: Login & { readonly name?: string };
};
