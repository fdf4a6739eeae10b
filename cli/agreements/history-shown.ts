/** The history of an agreement as people are shown it. */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { text } from '../../bus/base/text.ts';
import type { Health } from '../output/paint.ts';
import type { TableView } from '../output/table.ts';
import type { Fact } from '../work/facts.ts';
import type { AgreementHistory, HistoryItem } from './history.ts';
import { STATE_HEALTH } from './list-item.ts';

/** One line per version: its state, since when, with which content. */
export function stateFacts(history: AgreementHistory | undefined): Fact[] {
  return (history?.versions ?? []).map(({ version, state, since, contentHash }) => {
    const shown = text('cli.describe.agreement.state', { state, since, hash: contentHash });
    const health: Health = state === 'none' ? 'unknown' : STATE_HEALTH[state];
    return [`version ${version}`, { text: shown, health }];
  });
}

/** What does not fit: an altered history, or a file whose content nobody has submitted. */
export function historyWarnings(
  history: AgreementHistory | undefined,
  {
    file,
    hash,
    content: { version },
  }: {
    readonly file: string | undefined;
    readonly hash: string;
    readonly content: AgreementContent;
  },
): string[] {
  if (!history) return [];
  const faults = history.faults.map((fault) => text('cli.describe.agreement.fault', { fault }));
  if (file === undefined || history.contents.has(hash)) return faults;
  const stored = history.versions.map((one) => one.version).join(', ');
  return [...faults, text('cli.describe.agreement.notStored', { file, hash, version, stored })];
}

export function historyTable(events: readonly HistoryItem[]): TableView {
  return {
    columns: ['at', 'version', 'verb', 'org', 'fromTo', 'reason'].map((name) =>
      text(`cli.column.${name}`),
    ),
    rows: events.map(({ time, version, verb, org, role, from, to, reason, data }) => [
      time.slice(0, 19).replace('T', ' '),
      version,
      verb,
      `${org} (${role})`,
      from === to ? to : `${from} → ${to}`,
      [reason, ...Object.entries(data).map(([key, value]) => `${key}=${value}`)]
        .filter((part) => part !== '')
        .join(' '),
    ]),
    empty: '',
  };
}
