/** `civicbus diff`: two declarations compared by content. */
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import { contentOf } from '../../bus/agreement/document/agreement-schema.ts';
import { diffContents } from '../../bus/agreement/document/diff.ts';
import { emptiesCopy } from '../../bus/agreement/lint/versions.ts';
import { loadAgreement } from '../../bus/agreement/document/load-agreement.ts';
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import type { ExitName } from '../../bus/base/codes/code.ts';
import { ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import type { Cli } from '../globals.ts';

export async function diffAgreement(
  { out }: Cli,
  former: string,
  latter: string,
  { exitCode }: { readonly exitCode: boolean },
): Promise<ExitName> {
  const [before, after] = await Promise.all([contentIn(former), contentIn(latter)]);
  const differences = diffContents(before, after);
  if (differences.length > 0 && emptiesCopy(after))
    out.warn(text('cli.diff.emptied', { version: after.version }));
  out.list({
    kind: 'AgreementDifferenceList',
    items: differences,
    table: {
      columns: ['place', 'before', 'after'].map((name) => text(`cli.column.${name}`)),
      rows: differences.map(({ path, before: was = '-', after: is = '-' }) => [path, was, is]),
      empty: text('cli.diff.equal'),
    },
  });
  const hashes = `${contentHash(before)} → ${contentHash(after)}`;
  if (differences.length > 0)
    out.hint(`${text('cli.diff.summary', { count: differences.length })} ${hashes}`);
  return exitCode && differences.length > 0 ? 'changesPending' : 'ok';
}

async function contentIn(file: string): Promise<AgreementContent> {
  const { value, problems } = await loadAgreement(file);
  if (!value) throw new ProblemsError(file, problems);
  return contentOf(value);
}
