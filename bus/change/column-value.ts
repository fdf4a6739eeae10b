/**
 * One value of a captured column. The same set of types as the SQL port's SqlValue, restated
 * because this level knows no port. Decimals, temporal values and integers beyond 2^53 are
 * strings; binary values are Buffers; declared booleans are true or false.
 */
export type ColumnValue = string | number | bigint | boolean | null | Buffer;
