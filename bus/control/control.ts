/**
 * What writing to the control database needs beside the database: whose keys count, which
 * organization is the authority, and the checks that other parts of the bus answer. All of it comes
 * in, so that the store knows no file and no broker.
 */
import type { AgreementContent } from '../agreement/agreement.ts';
import type { AddWorkingDays } from '../agreement/lifecycle/deadlines.ts';
import type { SharingType } from '../agreement/resource.ts';
import type { OrgPublicKey } from '../agreement/signature/keys.ts';
import type { Clock } from '../base/clock.ts';
import type { SqlDatabase } from '../sql/sql.ts';

export type ControlChecks = {
  /** Errors that the linter finds in the content, one sentence each. */
  readonly lint: (content: AgreementContent) => Promise<readonly string[]>;
  /** How far the catalogue lets a resource be shared; undefined when it has none of this id. */
  readonly sharingOf: (resourceId: string) => SharingType | undefined;
  /** Whether the audit record could be written now. */
  readonly isAuditWritable: () => Promise<boolean>;
};

export type Control = {
  readonly db: SqlDatabase;
  /** The organization that checks, files and mediates. */
  readonly authority: string;
  readonly publicKeys: readonly OrgPublicKey[];
  readonly checks: ControlChecks;
  readonly addWorkingDays: AddWorkingDays;
  /** Default: the machine's. */
  readonly clock?: Clock;
};
