/**
 * The schema registry port: where writer schemas live. One adapter speaks the Confluent REST
 * interface (bus/registry/confluent/), a fake keeps them in memory; both pass
 * tests/support/contracts/registry-contract.ts. Every method throws AVRO_REGISTRY_UNREACHABLE
 * (retry) or AVRO_REGISTRY_FORBIDDEN (stop) where that is the case. Nothing is cached here.
 */

export type Compatibility =
  | 'NONE'
  | 'BACKWARD'
  | 'BACKWARD_TRANSITIVE'
  | 'FORWARD'
  | 'FORWARD_TRANSITIVE'
  | 'FULL'
  | 'FULL_TRANSITIVE';

export type SubjectVersion = {
  readonly subject: string;
  readonly version: number;
  readonly schemaId: number;
  /** The parsed Avro schema. */
  readonly schema: unknown;
};

export interface SchemaRegistry {
  /** The parsed Avro schema of an id. Throws AVRO_SCHEMA_UNKNOWN, or AVRO_SCHEMA_UNREADABLE when it is not Avro. */
  schemaById(schemaId: number): Promise<unknown>;
  /** The newest version of a subject. Throws AVRO_SUBJECT_UNKNOWN. */
  latest(subject: string): Promise<SubjectVersion>;
  /** Every subject this user may see, in text order. */
  subjects(): Promise<readonly string[]>;
  /** The rule for all subjects, or the one of `subject` alone; undefined when none is set. */
  compatibility(subject?: string): Promise<Compatibility | undefined>;
  /**
   * Registers a schema and answers its id; the same schema again answers the same id. Throws
   * AVRO_REGISTRY_REFUSED when it is invalid or not compatible with its subject's rule.
   */
  register(subject: string, schema: unknown): Promise<number>;
  /**
   * From now on every Avro schema may be registered for `subject`, whatever the rule for all says.
   * Throws AVRO_SUBJECT_UNKNOWN when nothing was registered yet.
   */
  acceptAnyChange(subject: string): Promise<void>;
}
