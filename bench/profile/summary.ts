/**
 * Where the time of a run of the engine went, by kind of work. What the platform does for
 * somebody (buffers, sockets, timers) counts for the module that asked for it.
 */
import type { PlainTable } from '../plain-table.ts';
import { type CpuProfile, type Frame, type SelfTime, selfTimes } from './cpu-profile.ts';

export const KINDS = [
  'decode',
  'map, reduce, sort',
  'judge and mask',
  'encode',
  'SQL text',
  'mysql driver',
  'kafkajs',
  'engine',
  'garbage collector',
  'platform',
  'idle',
  'other',
] as const;
export type Kind = (typeof KINDS)[number];

export type ProfileSummary = {
  readonly seconds: number;
  /** Share of all time, in percent. */
  readonly percentByKind: Readonly<Record<Kind, number>>;
  /** The functions that ran longest themselves; idle time left out. */
  readonly top: readonly {
    readonly function: string;
    readonly at: string;
    readonly kind: Kind;
    readonly percent: number;
  }[];
};

const TOP = 25;

/** Part of a module's path -> its kind; the first that fits counts. */
const MODULES: readonly (readonly [string, Kind])[] = [
  ['/bus/pair/record.ts', 'encode'],
  ['/bus/pair/gateway/bound-pair.ts', 'judge and mask'],
  ['/bus/agreement/', 'judge and mask'],
  ['/bus/avro/', 'decode'],
  ['/bus/change/', 'decode'],
  ['/node_modules/avsc/', 'decode'],
  ['/bus/view/apply/decode.ts', 'map, reduce, sort'],
  ['/bus/view/apply/reduce.ts', 'map, reduce, sort'],
  ['/bus/view/compile/', 'SQL text'],
  ['/bus/sql/mysql/mysql-literal.ts', 'SQL text'],
  ['/node_modules/sql-escaper/', 'SQL text'],
  ['/node_modules/sqlstring/', 'SQL text'],
  ['/node_modules/mysql2/', 'mysql driver'],
  ['/bus/sql/', 'mysql driver'],
  ['/node_modules/kafkajs/', 'kafkajs'],
  ['/node_modules/@platformatic/', 'kafkajs'],
  ['/bus/kafka/', 'kafkajs'],
  ['/bus/pair/', 'engine'],
  ['/bus/view/', 'engine'],
];

/** Frames of the VM itself that stand for a kind of their own. */
const VM: ReadonlyMap<string, Kind> = new Map([
  ['(idle)', 'idle'],
  ['(garbage collector)', 'garbage collector'],
]);

export function summarize(profile: CpuProfile): ProfileSummary {
  const times = selfTimes(profile);
  const total = times.reduce((sum, { micros }) => sum + micros, 0);
  const percent = (micros: number) => Number(((100 * micros) / Math.max(1, total)).toFixed(1));
  const byKind = new Map<Kind, number>();
  for (const time of times) byKind.set(kindOf(time), (byKind.get(kindOf(time)) ?? 0) + time.micros);
  return {
    seconds: Number((total / 1e6).toFixed(1)),
    percentByKind: Object.fromEntries(
      KINDS.map((kind) => [kind, percent(byKind.get(kind) ?? 0)]),
    ) as Record<Kind, number>,
    top: topFunctions(times).map(({ micros, ...rest }) => ({ ...rest, percent: percent(micros) })),
  };
}

/** By kind of work, as a table. */
export function kindsTable({ percentByKind }: ProfileSummary): PlainTable {
  return {
    columns: ['our side spends', '%'],
    rows: KINDS.map((kind) => [kind, percentByKind[kind]]),
  };
}

/** By function, as a table. */
export function functionsTable({ top }: ProfileSummary): PlainTable {
  return {
    columns: ['function', 'at', 'kind', '%'],
    rows: top.map((one) => [one.function, one.at, one.kind, one.percent]),
  };
}

/** By the function itself, else by the nearest caller that is a module with a kind. */
export function kindOf({ name, url, line, callers }: SelfTime): Kind {
  const ofVm = VM.get(name);
  if (ofVm) return ofVm;
  for (const frame of [{ name, url, line }, ...callers]) {
    const kind = moduleKind(frame);
    if (kind) return kind;
    // A package without a kind is not its caller's work.
    if (frame.url.includes('/node_modules/')) return 'other';
  }
  return url === '' || url.startsWith('node:') ? 'platform' : 'other';
}

function moduleKind({ url }: Frame): Kind | undefined {
  return MODULES.find(([part]) => url.includes(part))?.[1];
}

function topFunctions(times: readonly SelfTime[]) {
  const functions = new Map<
    string,
    { readonly function: string; readonly at: string; readonly kind: Kind; micros: number }
  >();
  for (const time of times) {
    const kind = kindOf(time);
    if (kind === 'idle') continue;
    const at = place(time);
    const key = `${time.name} ${at} ${kind}`;
    const known = functions.get(key) ?? { function: time.name, at, kind, micros: 0 };
    known.micros += time.micros;
    functions.set(key, known);
  }
  return [...functions.values()].toSorted((a, b) => b.micros - a.micros).slice(0, TOP);
}

/** The file within the project or its package, and the line; never a path of this machine. */
function place({ url, line }: Frame): string {
  if (url === '' || url.startsWith('node:')) return url === '' ? '(native)' : url;
  const packaged = url.lastIndexOf('/node_modules/');
  if (packaged >= 0) return `${url.slice(packaged + '/node_modules/'.length)}:${line}`;
  const own = /\/((?:bus|bench|connectors|consumers|infra)\/[^?]*)/.exec(url)?.[1];
  return `${own ?? '(elsewhere)'}:${line}`;
}
