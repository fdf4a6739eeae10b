/**
 * A resource: what of a shared view can be shared at all, with its data contract. Pure data;
 * made from a view's declaration and the catalogue (`bus/pair/resources.ts`), read by linter,
 * compiler and gateway. Identifiers are "<view>/<table readers see>", e.g. "population/person".
 */
import type { ColumnType } from '../change/column-type.ts';

/** What kind of member an organization is; resources may be open to some kinds only. */
export const MEMBER_TYPES = ['department', 'district', 'province', 'bank'] as const;
export type MemberType = (typeof MEMBER_TYPES)[number];

/** How far a resource may be shared: the three classes of the field. */
export const SHARING_TYPES = ['unconditional', 'conditional', 'not-shared'] as const;
export type SharingType = (typeof SHARING_TYPES)[number];

/** How far a field may travel, as its department classified the column. */
export const CLASSIFICATIONS = ['public', 'internal', 'personal', 'sensitive'] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

export type ResourceField = {
  readonly name: string;
  readonly type: ColumnType;
  readonly classification: Classification;
  /** The source whose records decide it. */
  readonly authority: string;
  /** The hub column with the source time of its block's last change (ms). */
  readonly at: string;
};

export type Resource = {
  readonly id: string;
  readonly view: string;
  readonly description: string;
  /** Semver of the data contract; agreements name the range they accept. */
  readonly contractVersion: string;
  readonly sharingType: SharingType;
  /** Absent: open to every kind of member. */
  readonly memberTypes?: readonly MemberType[];
  /** The organization that signs as provider. */
  readonly provider: string;
  /** Names of the key fields, in the order of the primary key. */
  readonly key: readonly string[];
  /** Key fields first, then the items, in declared order. */
  readonly fields: readonly ResourceField[];
  /** Where its rows stand: the hub table, its change topic and the columns that say whether a row is there. */
  readonly rows: {
    readonly database: string;
    readonly table: string;
    readonly topic: string;
    /** 1 while the row is there. */
    readonly there: string;
    /** With it a row is visible only while this column has one of the values. */
    readonly visibleWhile?: {
      readonly column: string;
      readonly type: ColumnType;
      readonly in: readonly string[];
    };
  };
};
