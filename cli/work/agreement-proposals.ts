/**
 * `civicbus submit|counter|renew agreement`: what brings new content into a lifecycle. A renewal is
 * the version in force once more, with a later end: a new version that supersedes it.
 */
import semver from 'semver';
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import { parseContent } from '../../bus/agreement/document/load-agreement.ts';
import { lineOf } from '../../bus/agreement/lifecycle/fold.ts';
import { emptiesCopy } from '../../bus/agreement/lint/versions.ts';
import { must } from '../../bus/base/assert.ts';
import { BusError, isBusError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { readAgreement, readRecord, type AgreementRecord } from '../../bus/control/record.ts';
import type { ActorFlags } from '../agreements/actor.ts';
import { contentIn, deskFor, openDesk } from '../agreements/desk.ts';
import { type Desk, type Done, findVersion, perform, tell } from '../agreements/perform.ts';
import type { Cli } from '../globals.ts';

export type SubmitFlags = ActorFlags & {
  readonly file?: string;
  readonly reason?: string;
  readonly draft: boolean;
};

/** Writes the draft down where the file differs from it, then submits it. */
export async function submitAgreement(
  cli: Cli,
  name: string | undefined,
  { file, draft: isDraft, ...flags }: SubmitFlags,
): Promise<void> {
  if (file === undefined && name === undefined) {
    throw new BusError('CLI_USAGE', { what: 'an agreement or -f FILE is needed' });
  }
  const content = file === undefined ? undefined : await contentIn(file);
  const desk = content ? await openDesk(cli, file) : await deskFor(cli, name ?? '');
  if (content === undefined) {
    const { record, line } = await findVersion(desk, name ?? '', 'submit');
    const { version } = line;
    const { done } = await perform(desk, { ...flags, verb: 'submit', record, version });
    return tell(cli.out, [done]);
  }
  const record = await recordFor(desk, content, name);
  const done = await propose(desk, record, content, { ...flags, isDraft });
  warnOfEmptyCopy(cli, content);
  tell(cli.out, done);
}

/** Answers other content than the one that stands. */
export async function counterAgreement(
  cli: Cli,
  name: string,
  { file, ...flags }: ActorFlags & { readonly file: string; readonly reason?: string },
): Promise<void> {
  const document = await contentIn(file);
  const desk = await deskFor(cli, name);
  const record = await recordFor(desk, document, name);
  const { version } = document;
  const { done } = await perform(desk, { ...flags, verb: 'counter', record, version, document });
  warnOfEmptyCopy(cli, document);
  tell(cli.out, [done]);
}

/** Submits the version in force once more, as a new version with a later end. */
export async function renewAgreement(
  cli: Cli,
  name: string,
  { until, ...flags }: ActorFlags & { readonly until: string; readonly reason?: string },
): Promise<void> {
  const desk = await deskFor(cli, name);
  const record = await readAgreement(desk.control.db, name);
  const line = [...record.chain.lines.values()].findLast(({ state }) => RENEWABLE.has(state));
  if (!line) throw new BusError('LIFECYCLE_NOT_RENEWABLE', { name });
  const former = must(record.contents.get(line.contentHash), 'its content is stored');
  const content = renewed(former, {
    until,
    versions: [...record.chain.lines.keys()],
  });
  const done = await propose(desk, record, content, { ...flags, isDraft: false });
  warnOfEmptyCopy(cli, content);
  tell(cli.out, done);
}

/** Said while it can still be changed: after the signatures it cannot. */
function warnOfEmptyCopy({ out }: Cli, content: AgreementContent): void {
  if (emptiesCopy(content)) out.warn(text('cli.diff.emptied', { version: content.version }));
}

const RENEWABLE: ReadonlySet<string> = new Set(['active', 'expired']);

/** The same agreement from now on until `until`; the gap to an end that has passed stays a gap. */
export function renewed(
  former: AgreementContent,
  { until, versions }: { readonly until: string; readonly versions: readonly string[] },
): AgreementContent {
  const newest = must(semver.rsort([...versions])[0], 'it has versions');
  return parseContent(`the renewal of ${former.name}`, {
    ...former,
    version: semver.inc(newest, 'minor'),
    supersedes: { version: former.version, contentHash: contentHash(former) },
    validity: { ...former.validity, notAfter: until },
  });
}

async function propose(
  desk: Desk,
  before: AgreementRecord,
  content: AgreementContent,
  { isDraft, ...flags }: ActorFlags & { readonly isDraft: boolean; readonly reason?: string },
): Promise<Done[]> {
  const { version } = content;
  const all: Done[] = [];
  let record = before;
  const line = lineOf(record.chain, version);
  const isThere = line.state === 'draft' && line.contentHash === contentHash(content);
  // In any other state the refusal is the one that submitting gets.
  if (!isThere && (line.state === 'none' || line.state === 'draft')) {
    const { as = content.subscriber.orgId, ...rest } = flags;
    const created = await perform(desk, {
      ...rest,
      ...(rest.key === undefined ? { as } : {}),
      verb: 'create',
      record,
      version,
      document: content,
    });
    all.push(created.done);
    record = created.record;
  }
  if (isDraft) return all;
  const submitted = await perform(desk, { ...flags, verb: 'submit', record, version });
  return [...all, submitted.done];
}

/** The agreement that the document is of; one that nobody has heard of has an empty chain. */
async function recordFor(
  { control: { db } }: Desk,
  { id, name }: AgreementContent,
  wanted: string | undefined,
): Promise<AgreementRecord> {
  if (wanted !== undefined && wanted !== id && wanted !== name) {
    throw new BusError('LIFECYCLE_OTHER_DOCUMENT', { wanted, name, id });
  }
  try {
    return await readAgreement(db, id);
  } catch (error) {
    if (!isBusError(error, 'LIFECYCLE_UNKNOWN')) throw error;
    return readRecord(db, { agreementId: id, name });
  }
}
