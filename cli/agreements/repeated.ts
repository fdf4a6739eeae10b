/** What only several files show: one version declared twice, one name for two agreements (AGR009). */
import type { Problem } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { RULES } from '../../bus/agreement/lint/rules.ts';
import type { CheckedAgreement } from './world.ts';

export function repeatedAcross(checked: readonly CheckedAgreement[]): Problem[] {
  const problems: Problem[] = [];
  const versions = new Map<string, string>();
  const names = new Map<string, { readonly id: string; readonly file: string }>();
  for (const { file, content } of checked) {
    if (!content) continue;
    const { id, name, version } = content;
    const tell = (path: string, message: string) =>
      problems.push({ file, path, message: `AGR009: ${message}`, remedy: RULES.AGR009.remedy });
    const other = versions.get(`${id} ${version}`);
    if (other !== undefined) tell('id', text('cli.validate.duplicateId', { version, other }));
    versions.set(`${id} ${version}`, file);
    const named = names.get(name);
    if (named && named.id !== id)
      tell('name', text('cli.validate.duplicateName', { name, other: named.file }));
    names.set(name, { id, file });
  }
  return problems;
}
