/** A wire value without SQL form. Caught where the column is known and turned into a code. */
export class ValueFault extends Error {}
