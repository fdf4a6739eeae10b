/** The history of an agreement as people are shown it. */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { text } from '../../bus/base/text.ts';
import type { Health } from '../output/paint.ts';
import type { TableView } from '../output/table.ts';
import type { Fact } from '../work/facts.ts';
import type { AgreementHistory, HistoryItem, ResyncItem } from './history.ts';
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

/** Events, and between them the copies that were asked for, by time. */
export function historyTable({
  events,
  resyncs,
}: Pick<AgreementHistory, 'events' | 'resyncs'>): TableView {
  const lines = [...events.map(eventLine), ...resyncs.map(resyncLine)];
  return {
    columns: ['at', 'version', 'verb', 'org', 'fromTo', 'reason'].map((name) =>
      text(`cli.column.${name}`),
    ),
    rows: lines
      .toSorted((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -1 : 1))
      .map(({ time, cells }) => [time.slice(0, 19).replace('T', ' '), ...cells]),
    empty: '',
  };
}

type HistoryLine = { readonly time: string; readonly cells: readonly string[] };

function eventLine({ time, version, verb, org, role, reason, ...event }: HistoryItem): HistoryLine {
  const { from, to, data } = event;
  const said = [reason, ...Object.entries(data).map(([key, value]) => `${key}=${value}`)];
  const cells = [
    version,
    verb,
    `${org} (${role})`,
    from === to ? to : `${from} → ${to}`,
    said.filter((part) => part !== '').join(' '),
  ];
  return { time, cells };
}

function resyncLine({ time, version, generation, org, reason }: ResyncItem): HistoryLine {
  const cells = [version, 'resync', org, text('cli.resync.shown', { generation }), reason];
  return { time, cells };
}
