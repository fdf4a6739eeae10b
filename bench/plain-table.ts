/** A table as data; the command line draws it. */
export type PlainTable = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
};
