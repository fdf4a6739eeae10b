/** Codes of the audit archive. */
import type { CodeTable } from './code.ts';

export const AUDIT_CODES = {
  AUDIT_GAP: {
    reaction: 'stop',
    exit: 'failed',
    message: 'Records {{from}} to {{to}} of {{topic}} are gone before they were archived.',
    cause:
      'Somebody deleted records of the audit topic, or had it compacted or shortened, before the archiver had read them.',
    remedy:
      'Find out who changed the topic (civicbus get drift). Nothing is archived and, after the limit, nothing is delivered until this is settled: bring the topic back from a copy, or put the old archive aside, note why, and begin a new one with a new audit topic.',
  },
  AUDIT_TOPIC_REPLACED: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'Topic {{topic}} is not the one that was archived so far (now {{now}}, before {{was}}).',
    cause: 'The audit topic was deleted and made again; its offsets begin anew.',
    remedy:
      'Put the archive folder aside as it is, note why the topic was made again, and begin a new archive for a control database of its own.',
  },
  AUDIT_ARCHIVE_LOST: {
    reaction: 'stop',
    exit: 'failed',
    message:
      'The archive in {{folder}} does not hold what was noted as archived, up to offset {{offset}}.',
    cause:
      'Files or lines of the archive were removed or replaced, or another folder is in its place.',
    remedy: 'Bring the archive back from its copy; civicbus audit verify names what is missing.',
  },
  AUDIT_ARCHIVE_BROKEN: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'Line {{line}} of {{file}} is no line of the archive: {{why}}.',
    cause: 'The file was changed after it was written, or the disk damaged it.',
    remedy:
      'Run civicbus audit verify, which names every such line, and bring the file back from its copy.',
  },
  AUDIT_ARCHIVE_ALTERED: {
    reaction: 'stop',
    exit: 'rejected',
    message: 'The archive is not what was written: {{count}} faults, the first: {{first}}.',
    cause:
      'A line was changed, removed or inserted, or the topic and the archive say different things.',
    remedy:
      'Keep the files as they are for whoever investigates, and compare them with a copy made earlier.',
  },
  AUDIT_FILE_UNKNOWN: {
    reaction: 'fix-input',
    exit: 'notFound',
    message: '{{file}} is no file of the archive in {{folder}}.',
    cause: 'The name is mistyped, or the file was moved away.',
    remedy: 'Name one of the files in that folder, such as the first one: {{first}}.',
  },
} as const satisfies CodeTable;
