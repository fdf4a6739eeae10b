/** `civicbus audit verify`: every file with what is wrong in it; ends with 6 when anything is. */
import { basename } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { readArchiveHead } from '../../bus/control/archive-head.ts';
import { openTopicComparison } from '../../bus/pair/audit/compare-topic.ts';
import {
  type ArchiveReport,
  type FileReport,
  verifyArchive,
} from '../../bus/pair/audit/verify-archive.ts';
import { loadWorld } from '../agreements/world.ts';
import type { Cli } from '../globals.ts';
import type { TableView } from '../output/table.ts';
import { archiveFolder, hasControl, openControl } from '../stack/control.ts';

type Flags = { readonly from?: string };

export async function auditVerify({ out, openStack }: Cli, { from }: Flags): Promise<void> {
  const access = await openStack();
  if (!(await hasControl(access))) {
    out.list({ kind: 'AuditFileList', items: [], table: tableOf([]) });
    return;
  }
  const { db, publicKeys } = await openControl(access, await loadWorld());
  // Noted before the files are read: what is written meanwhile only adds to it.
  const { hash: notedHash } = await readArchiveHead(db);
  const topic = await openTopicComparison(await access.kafkaAs(access.endpoints.kafka.admin));
  try {
    const report = await verifyArchive({
      folder: archiveFolder(access),
      publicKeys,
      notedHash,
      compare: topic.compare,
      ...(from === undefined ? {} : { from: basename(from) }),
    });
    const { compared, older } = topic;
    const waiting = await topic.waiting();
    const notes = [
      ...(report.unsigned > 0
        ? [text('cli.audit.verify.unsigned', { count: report.unsigned })]
        : []),
      ...(waiting > 0 ? [text('cli.audit.verify.waiting', { count: waiting })] : []),
    ];
    out.list({
      kind: 'AuditFileList',
      items: report.files,
      table: tableOf(report.files),
      warnings: notes,
    });
    out.hint(text('cli.audit.verify.compared', { compared, older }));
    refuseFaults(report);
  } finally {
    await topic.close();
  }
}

function refuseFaults({ faults }: ArchiveReport): void {
  const [first] = faults;
  if (!first) return;
  const where = `${first.file}, ${text('cli.audit.verify.line', first)}`;
  throw new BusError('AUDIT_ARCHIVE_ALTERED', { count: faults.length, first: where });
}

function tableOf(files: readonly FileReport[]): TableView {
  return {
    columns: ['file', 'lines', 'records', 'from', 'to', 'equal'].map((column) =>
      text(`cli.column.${column}`),
    ),
    rows: files.map(({ file, lines, records, from, to, faults }) => [
      file,
      lines,
      records,
      from ?? '-',
      to ?? '-',
      faults.length === 0
        ? { text: text('cli.audit.verify.whole'), health: 'good' }
        : {
            text: faults.map((fault) => text('cli.audit.verify.line', fault)).join('\n'),
            health: 'bad',
          },
    ]),
    empty: text('cli.audit.verify.empty'),
  };
}
