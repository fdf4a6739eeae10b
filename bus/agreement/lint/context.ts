/** What the linter has to know beside the agreement itself. */
import type { ColumnType } from '../../change/column-type.ts';
import type { AgreementContent, Mask } from '../agreement.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { Organization } from '../organization.ts';
import type { Resource } from '../resource.ts';

export type FilterColumn = { readonly name: string; readonly type: ColumnType };

export type LintContext = {
  readonly resources: readonly Resource[];
  readonly organizations: readonly Organization[];
  readonly calendars: readonly Calendar[];
  readonly nowMs: number;
  /** Other versions of the same agreement that are known; undefined: nobody can tell (offline). */
  readonly versions?: readonly AgreementContent[];
  /** The hash that stands in the file, if any. */
  readonly statedHash?: string;
  /** Reads a row filter: what is wrong with it, or the columns it reads. */
  readonly checkRows: (
    cel: string,
    columns: readonly FilterColumn[],
  ) =>
    | { readonly problems: readonly string[]; readonly predicate?: undefined }
    | {
        readonly predicate: { readonly columns: readonly string[] };
        readonly problems?: undefined;
      };
  /** The type that a mask leaves, or why it cannot apply. */
  readonly maskedType: (mask: Mask, type: ColumnType) => ColumnType | string;
};
