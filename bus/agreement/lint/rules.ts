/**
 * Every rule of the linter: what it asks for and what to do. An error keeps an agreement from being
 * submitted, a warning is shown to both sides. Numbers are never used again; docs/agreement-rules.md
 * is generated from this table.
 */
export type Severity = 'error' | 'warning';

type Rule = {
  readonly severity: Severity;
  /** What has to be so. */
  readonly asks: string;
  readonly remedy: string;
};

export const RULES = {
  AGR001: {
    severity: 'error',
    asks: 'The resource is one of the catalogue.',
    remedy: 'Name a resource of agreements/catalogue.yaml, or have its provider register it there.',
  },
  AGR002: {
    severity: 'error',
    asks: 'The resource may be shared at all.',
    remedy: 'Ask the provider to classify the resource anew; no agreement can share it before.',
  },
  AGR003: {
    severity: 'error',
    asks: 'The provider is the organization that the catalogue names for the resource.',
    remedy: 'Name the organization that answers for the resource.',
  },
  AGR004: {
    severity: 'error',
    asks: 'Every organization is a known one.',
    remedy: 'Correct the id, or have the organization added to agreements/organizations.yaml.',
  },
  AGR005: {
    severity: 'error',
    asks: 'Each signer is a key of the party that it signs for.',
    remedy: 'Name one of the keys that agreements/organizations.yaml lists for the organization.',
  },
  AGR006: {
    severity: 'error',
    asks: 'The resource is open to the kind of member that the subscriber is.',
    remedy: 'Ask the provider to open the resource to this kind of member.',
  },
  AGR007: {
    severity: 'error',
    asks: 'Provider and subscriber are two organizations.',
    remedy: 'Name the other side; within one organization no agreement is needed.',
  },
  AGR008: {
    severity: 'error',
    asks: 'The data contract of the resource is in the range that the agreement accepts.',
    remedy:
      'Look at what changed in the contract and accept its version in resource.contractVersion.',
  },
  AGR009: {
    severity: 'error',
    asks: 'No two agreements have the same id and version, or the same name.',
    remedy: 'Give a new agreement its own id and name (civicbus init agreement NAME).',
  },
  AGR010: {
    severity: 'error',
    asks: 'Every field is one of the resource.',
    remedy: 'Name a field of the data contract, or take it out.',
  },
  AGR011: {
    severity: 'error',
    asks: 'No field is named twice.',
    remedy: 'Take one of the two out.',
  },
  AGR012: {
    severity: 'error',
    asks: 'All key fields are delivered: rows are found by them.',
    remedy: 'Add the field; with mask hmac-sha256 where the value itself must not leave.',
  },
  AGR013: {
    severity: 'error',
    asks: 'A key field leaves in clear or as hmac-sha256: any other mask makes two rows one.',
    remedy: 'Use mask hmac-sha256, or none.',
  },
  AGR014: {
    severity: 'error',
    asks: 'Sensitive fields are not shared.',
    remedy: 'Take the field out.',
  },
  AGR015: {
    severity: 'warning',
    asks: 'Personal fields leave in clear only with a named article of law or an authorisation.',
    remedy: 'Mask the field, name the article in purpose.legalBasis, or set purpose.authorisation.',
  },
  AGR016: {
    severity: 'error',
    asks: 'A field is classified no lower than its department classified it.',
    remedy: 'State the class of the data contract, or leave "classification" out.',
  },
  AGR017: {
    severity: 'error',
    asks: 'A mask fits the type of its field.',
    remedy: 'Choose a mask that applies to the type.',
  },
  AGR018: {
    severity: 'error',
    asks: 'A required field has a value.',
    remedy: 'Take "required" or the mask away.',
  },
  AGR020: {
    severity: 'error',
    asks: 'The row filter is a condition over fields of the resource, of fitting types.',
    remedy:
      "Write a condition such as row.division.startsWith('1101'); docs/masks-and-rows.md shows what is understood.",
  },
  AGR021: {
    severity: 'warning',
    asks: 'The row filter reads only fields that are delivered in clear: which rows arrive tells the others.',
    remedy: 'Deliver the field, filter by another one, or accept that its value is disclosed.',
  },
  AGR022: {
    severity: 'error',
    asks: 'The row filter reads no sensitive field.',
    remedy: 'Filter by another field.',
  },
  AGR030: {
    severity: 'error',
    asks: 'The purpose has a legal basis.',
    remedy:
      'Name law, rule or decision in purpose.legalBasis, with the day from which it is in force.',
  },
  AGR031: {
    severity: 'error',
    asks: 'A legal basis is in force when the agreement begins.',
    remedy: 'Name a basis that is in force on that day, or begin later.',
  },
  AGR032: {
    severity: 'warning',
    asks: 'A legal basis is in force until the agreement ends.',
    remedy: 'End the agreement with its basis, or name the one that follows.',
  },
  AGR040: {
    severity: 'error',
    asks: 'All four blocks of obligations say something: provide, use, dispose, security.',
    remedy: 'Write at least one duty or prohibition into the block.',
  },
  AGR041: {
    severity: 'warning',
    asks: 'The subscriber has to purge its copy when the agreement ends.',
    remedy: 'Add {duty: purge, after: end, within: P7D, receipt: true} to obligations.dispose.',
  },
  AGR050: {
    severity: 'error',
    asks: 'The agreement ends after it begins.',
    remedy: 'Correct validity.notBefore or validity.notAfter.',
  },
  AGR051: {
    severity: 'error',
    asks: 'The agreement has not ended yet.',
    remedy: 'Make a new version with a later end.',
  },
  AGR052: {
    severity: 'warning',
    asks: 'The next reassessment lies within the validity.',
    remedy: 'Correct validity.nextReassessment.',
  },
  AGR053: {
    severity: 'error',
    asks: 'A delegation ends with the agreement at the latest.',
    remedy: 'Correct delegate.until.',
  },
  AGR060: {
    severity: 'error',
    asks: 'A daily delivery has a cut-off, and only a daily one has.',
    remedy: 'Add delivery.daily.cutoff, e.g. "02:00", or take delivery.daily out.',
  },
  AGR061: {
    severity: 'error',
    asks: 'The time zone is known.',
    remedy: 'Use a name such as Asia/Shanghai.',
  },
  AGR062: {
    severity: 'error',
    asks: 'For deliveries on working days there is a calendar of the time zone.',
    remedy: 'Add it to agreements/calendars/, or deliver every day.',
  },
  AGR063: {
    severity: 'warning',
    asks: 'Holidays are announced for the whole validity.',
    remedy:
      'Nothing now: add them to the calendar when they are announced. Until then only weekends are known.',
  },
  AGR064: {
    severity: 'error',
    asks: 'The subscriber’s table has a name that every database takes.',
    remedy: 'Use lower-case letters, digits and "_", starting with a letter, at most 48.',
  },
  AGR070: {
    severity: 'error',
    asks: 'A version that supersedes another has a higher number.',
    remedy: 'Raise the version.',
  },
  AGR071: {
    severity: 'error',
    asks: 'A superseding version has the same parties and resource.',
    remedy: 'Make a new agreement with a new id.',
  },
  AGR072: {
    severity: 'error',
    asks: 'The superseded version is known and has the content hash that is named.',
    remedy: 'Copy version and contentHash from: civicbus describe agreement NAME',
  },
  AGR073: {
    severity: 'error',
    asks: 'A further version names the one that it supersedes.',
    remedy: 'Add "supersedes" with version and contentHash of the version in force.',
  },
  AGR074: {
    severity: 'warning',
    asks: 'A version that takes the place of another has rows to begin with.',
    remedy:
      'Write scope.backfill: snapshot where the copy must not be emptied; it then gets all rows in scope.',
  },
  AGR080: {
    severity: 'error',
    asks: 'A service level has a unit that fits its property.',
    remedy: 'Use s, min, h, d, m, y or percent, as the property asks for.',
  },
  AGR081: {
    severity: 'error',
    asks: 'A service level is stated once.',
    remedy: 'Take one of the two out.',
  },
  AGR082: {
    severity: 'warning',
    asks: 'The promised latency is stated.',
    remedy: 'Add {property: latency, value: 60, unit: s} to slaProperties.',
  },
  AGR090: {
    severity: 'error',
    asks: 'A content hash that stands in the file is that of its content.',
    remedy:
      'The content was changed: sign it as a new version, or take contentHash out of a draft.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;

export type Finding = {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** Where in the document: ["scope", "fields", 2, "mask"]. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy: string;
};

export type Tell = (rule: RuleId, path: Finding['path'], message: string) => void;

export function findingOf(rule: RuleId, path: Finding['path'], message: string): Finding {
  const { severity, remedy } = RULES[rule];
  return { rule, severity, path, message, remedy };
}
