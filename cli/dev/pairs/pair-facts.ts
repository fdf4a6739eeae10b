/** How the sharing pairs of the city are doing: their state in the control database, and what each subscriber says of its copy. */
import type { AgreementState } from '../../../bus/agreement/agreement.ts';
import { text } from '../../../bus/base/text.ts';
import { readLines } from '../../../bus/control/list.ts';
import { STATE_HEALTH } from '../../agreements/list-item.ts';
import type { StatusFile } from '../../live/status-file.ts';
import type { Cell, TableView } from '../../output/table.ts';
import { age, count } from '../../output/words.ts';
import type { CityPairs } from './city-pairs.ts';

export type PairFacts = {
  readonly name: string;
  readonly parties: string;
  readonly mode: 'realtime' | 'daily';
  /** undefined: nobody has proposed this version. */
  readonly state: AgreementState | undefined;
  /** Absent where the subscriber does not run. */
  readonly copy?: CopyFacts;
};

/** A subscriber's own figures. */
export type CopyFacts = {
  readonly rows: number;
  /** Source time of the newest change in the copy; undefined before the first. */
  readonly newestMs: number | undefined;
  readonly faults: number;
};

/** `figures` by name of the program, as the board has read them. */
export async function readPairFacts(
  { control, pairs }: CityPairs,
  figures: Readonly<Record<string, StatusFile>>,
): Promise<PairFacts[]> {
  const lines = await readLines(control);
  return pairs.map(({ agreement, program }) => {
    const { id, name, version, provider, subscriber, delivery } = agreement;
    const line = lines.find((one) => one.agreementId === id && one.version === version);
    const reported = figures[program.name]?.figures;
    return {
      name,
      parties: `${provider.orgId} → ${subscriber.orgId}`,
      mode: delivery.mode,
      state: line?.state,
      ...(reported ? { copy: copyOf(reported) } : {}),
    };
  });
}

function copyOf(figures: Readonly<Record<string, number>>): CopyFacts {
  const { rowsInCopy = 0, sourceTimeMs = 0, faults = 0, refused = 0 } = figures;
  return {
    rows: rowsInCopy,
    newestMs: sourceTimeMs === 0 ? undefined : sourceTimeMs,
    faults: faults + refused,
  };
}

export function pairsTable(facts: readonly PairFacts[], nowMs: number): TableView {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  return {
    columns: [
      text('cli.column.pair'),
      text('cli.column.parties'),
      text('cli.column.mode'),
      text('cli.column.state'),
      right(text('cli.column.rowsInCopy')),
      right(text('cli.column.newest')),
      right(text('cli.column.faults')),
    ],
    rows: facts.map(({ name, parties, mode, state, copy }): Cell[] => [
      name,
      parties,
      mode,
      state ? { text: state.toUpperCase(), health: STATE_HEALTH[state] } : '-',
      copy ? count(copy.rows) : '-',
      copy?.newestMs === undefined ? '-' : age(nowMs - copy.newestMs),
      copy ? { text: count(copy.faults), health: copy.faults > 0 ? 'bad' : 'good' } : '-',
    ]),
    empty: text('cli.empty.agreements'),
  };
}

/** All pairs on one line of a log. */
export function pairsLine(facts: readonly PairFacts[], nowMs: number): string {
  const shown = facts.map(({ name, state, copy }) =>
    text('cli.board.line.pair', {
      name,
      state: state ?? '-',
      rows: copy ? count(copy.rows) : '?',
      newest: copy?.newestMs === undefined ? '-' : age(nowMs - copy.newestMs),
    }),
  );
  return shown.join(', ');
}
