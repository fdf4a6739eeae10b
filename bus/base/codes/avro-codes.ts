/** Codes of the avro area: framing, schemas, column contracts and the schema registry. */
import type { CodeTable } from './code.ts';

export const AVRO_CODES = {
  AVRO_FRAME_BROKEN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The record is not in Confluent framing: {{why}}.',
    cause: 'Something other than the Avro converter wrote to this topic.',
    remedy:
      'Find who else may write to the topic (civicbus describe topic NAME lists its rights), take that right away, and discard the dead letter.',
  },
  AVRO_BODY_BROKEN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The record cannot be read with its writer schema {{schemaId}}: {{why}}.',
    cause:
      'The bytes were damaged, or were written with another schema than the one named in the frame.',
    remedy:
      'Retry the dead letter after a registry restore; otherwise repair the row from its source.',
  },
  AVRO_VALUE_BROKEN: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Column {{column}} holds a value that has no SQL form: {{why}}.',
    cause: 'The source holds a date or number outside of what the declared type can say.',
    remedy: 'Ask the department to correct the row; its next change arrives by itself.',
  },
  AVRO_VALUE_ABSENT: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'Column {{column}} was not sent with the change.',
    cause:
      'PostgreSQL leaves large unchanged values out of the log when the replica identity is not FULL.',
    remedy:
      'ALTER TABLE … REPLICA IDENTITY FULL at the source, then repair the unit so that the rows are read again.',
  },
  AVRO_SCHEMA_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'The schema registry has no schema {{schemaId}}.',
    cause: 'The record names a schema that was never registered here, or the registry lost it.',
    remedy:
      'Restore the registry from its backup if it lost schemas, then retry the dead letters; otherwise discard them.',
  },
  AVRO_SUBJECT_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: 'The schema registry has no subject {{subject}}.',
    cause: 'Nothing was ever captured under this name, or the name is mistyped.',
    remedy: 'Check the name, or start the connector that registers it.',
  },
  AVRO_SCHEMA_NOT_LOADED: {
    reaction: 'retry',
    exit: 'failed',
    message: 'Schema {{schemaId}} was not loaded before reading.',
    cause: 'More different schemas were in use at once than the cache keeps.',
    remedy: 'Nothing: the batch is read again after loading its schemas.',
  },
  AVRO_SCHEMA_UNREADABLE: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'Schema {{schemaId}} is not one a table capture writes: {{why}}.',
    cause: 'A record of another kind was written to the topic of a table.',
    remedy: 'Find who else may write to the topic, take that right away, and discard the record.',
  },
  AVRO_SCHEMA_UNSUPPORTED: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'Schema {{schemaId}} cannot be read safely: {{why}}.',
    cause: 'A captured column has a shape whose reading has no bound.',
    remedy:
      'Leave the named column out of the capture (column.exclude.list of the connector), then resume the unit.',
  },
  AVRO_COLUMN_MISSING: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'Schema {{schemaId}} has no column {{column}}; declared as {{expected}}.',
    cause:
      'The department dropped or renamed a column that was agreed on, or no longer lets it be captured.',
    remedy:
      'Have the column restored, or declare the new name (source.yaml, then `from` in view.yaml) and apply; then run `civicbus repair view NAME --unit UNIT`, which reads the rows written meanwhile again.',
  },
  AVRO_COLUMN_TYPE: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'Schema {{schemaId}} writes column {{column}} as {{found}}; declared as {{expected}}.',
    cause: 'The department changed the type of a column that was agreed on.',
    remedy:
      'Have the type restored and run `civicbus repair view NAME --unit UNIT`, which reads the rows written meanwhile again; or declare the new type and rebuild the view.',
  },
  AVRO_COLUMN_WIDER: {
    reaction: 'stop',
    exit: 'rejected',
    message:
      'Schema {{schemaId}} writes column {{column}} as {{found}}, which {{expected}} does not hold.',
    cause: 'The department widened a column beyond the type that the view declares.',
    remedy:
      'Widen the type in the view declaration and rebuild the view; or have the column narrowed again and run `civicbus repair view NAME --unit UNIT`.',
  },
  AVRO_KEY_CHANGED: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'The key is written with schema {{schemaId}}; the topic began with schema {{first}}.',
    cause:
      'The department changed the primary key of the table: its columns, their types or defaults. Changes of one row would stand in two partitions, without an order between them.',
    remedy:
      'Have the primary key restored and run `civicbus repair view NAME --unit UNIT`. If the new key is to stay: take the source down with its topics, apply it anew with the new key, and rebuild the view.',
  },
  AVRO_REGISTRY_UNREACHABLE: {
    reaction: 'retry',
    exit: 'unreachable',
    message: 'The schema registry does not answer: {{why}}.',
    cause: 'It is down, starting, or the network is cut.',
    remedy: 'Look at the registry (civicbus doctor); reading goes on by itself once it answers.',
  },
  AVRO_REGISTRY_FORBIDDEN: {
    reaction: 'stop',
    exit: 'notPermitted',
    message: 'The schema registry refuses this user (status {{status}}).',
    cause: 'The password is wrong or was changed, or the user lacks the right.',
    remedy: 'Correct the user or its secret file, then resume.',
  },
  AVRO_REGISTRY_REFUSED: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'The schema registry refuses the request for {{subject}}: {{why}}.',
    cause: 'The schema is invalid, or not compatible with the versions before it.',
    remedy:
      'Change the schema so that old readers can read it, or register it under a new subject.',
  },
  CHANGE_CONTRADICTORY: {
    reaction: 'fix-input',
    exit: 'rejected',
    message: 'A change of kind {{op}} contradicts itself: {{why}}.',
    cause: 'The record is not what a table capture writes.',
    remedy: 'Find who else may write to the topic; repair the row from its source.',
  },
} as const satisfies CodeTable;
