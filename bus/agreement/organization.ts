/**
 * Organizations and the catalogue of what may be shared, as `agreements/organizations.yaml` and
 * `agreements/catalogue.yaml` declare them. Pure data; `document/` reads the files.
 */
import type { MemberType, SharingType } from './resource.ts';
import type { OrgPublicKey } from './signature/keys.ts';

export type Organization = {
  /** "BJ-ZJW"; part of agreements and of signed statements, never changed. */
  readonly orgId: string;
  /** Shown names by language. */
  readonly name: { readonly en: string; readonly 'zh-Hans': string };
  readonly memberType: MemberType;
  /** Authority: checks conformity and files agreements. */
  readonly isAuthority: boolean;
  /** Names of the keys that may sign for it. */
  readonly signers: readonly string[];
  /** Public keys that are declared; a stack that made keys of its own adds those. */
  readonly keys: readonly OrgPublicKey[];
};

/** One thing of a shared view that may be shared, and how far. */
export type CatalogueEntry = {
  /** "<view>/<table readers see>". */
  readonly id: string;
  readonly description: string;
  /** Organization that answers for it and signs as provider. */
  readonly provider: string;
  readonly sharingType: SharingType;
  /** Absent: open to every kind of member. */
  readonly memberTypes?: readonly MemberType[];
  readonly contractVersion: string;
};

export type Catalogue = { readonly resources: readonly CatalogueEntry[] };
