/**
 * A compiled sharing pair: everything that gateway, reconciler and subscriber need of one version of
 * an agreement, as plain JSON. `compile/` makes it (same input, same bytes); nothing else of an
 * agreement reaches the machines that carry data.
 */
import type { Delivery, Mask } from '../agreement/agreement.ts';
import type { Resource } from '../agreement/resource.ts';
import type { ColumnType } from '../change/column-type.ts';
import type { AclRule, TopicSpec } from '../kafka/kafka.ts';

export type PairField = {
  /** Column of the resource, and name of the delivered field. */
  readonly name: string;
  /** As it stands on the hub. */
  readonly type: ColumnType;
  /** As it is delivered; differs where the mask changes it. */
  readonly deliveredType: ColumnType;
  readonly mask?: Mask;
};

export type CompiledPair = {
  readonly agreement: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    /** "$1$" and the base64url SHA-256 of the canonical content. */
    readonly contentHash: string;
    readonly theme: string;
    readonly provider: string;
    readonly subscriber: string;
    readonly notBefore: string;
    readonly notAfter: string;
  };
  readonly resource: Pick<Resource, 'id' | 'view'> &
    Resource['rows'] & {
      /** Key columns of the table, in the order of its primary key. */
      readonly key: readonly { readonly name: string; readonly type: ColumnType }[];
      /** Columns with the source time (ms) of the blocks that delivered fields come from. */
      readonly atColumns: readonly string[];
    };
  /** Delivered fields; the key's first, in its order. */
  readonly fields: readonly PairField[];
  /** How many of `fields` are the delivered key. */
  readonly keyFields: number;
  /** CEL, checked against the resource; null: all rows. */
  readonly rows: {
    readonly cel: string;
    readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  } | null;
  readonly onRowExit: 'retract' | 'freeze';
  readonly backfill: 'snapshot' | 'none';
  readonly delivery: Pick<Delivery, 'mode' | 'daily' | 'table'>;
  /** Seconds within which a change is due at the subscriber. */
  readonly freshnessTargetS: number;
  readonly retentionDays: number;
  readonly topic: TopicSpec;
  readonly receiptTopic: TopicSpec;
  readonly user: string;
  readonly group: string;
  /** The subscriber's rights, and the gateway's on this pair's topic. */
  readonly acls: readonly AclRule[];
  /** Avro schemas of the pair topic, as canonical JSON text. */
  readonly keySchema: string;
  readonly valueSchema: string;
};
