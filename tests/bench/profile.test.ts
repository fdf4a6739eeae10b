import { describe, expect, test } from 'vitest';
import { type CpuProfile, cutTo, selfTimes } from '../../bench/profile/cpu-profile.ts';
import { KINDS, kindOf, summarize } from '../../bench/profile/summary.ts';

const FOLDER = 'file:///anywhere/at/all';
const MODULES = `${FOLDER}/node_modules`;

/** Calls one below the other, by url; the last is on top. */
function profileOf(
  ...stacks: readonly { urls: readonly string[]; micros: number; name?: string }[]
) {
  const nodes: CpuProfile['nodes'] = [
    { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children: [] },
  ];
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  for (const { urls, micros, name = 'work' } of stacks) {
    let parent = 1;
    for (const url of urls) {
      const id = nodes.length + 1;
      nodes.find((node) => node.id === parent)?.children?.push(id);
      nodes.push({ id, callFrame: { functionName: name, url, lineNumber: 4 }, children: [] });
      parent = id;
    }
    samples.push(parent);
    timeDeltas.push(micros);
  }
  return { nodes, samples, timeDeltas, startTime: 0 } satisfies CpuProfile;
}

describe('the kind of work that a function’s own time counts for', () => {
  test.each([
    ['our reader', [`${FOLDER}/bus/avro/reader.ts`], 'decode'],
    ['the Avro library', [`${MODULES}/avsc/lib/types.js`], 'decode'],
    [
      'buffers that the Avro library asked for',
      [`${MODULES}/avsc/lib/utils.js`, 'node:buffer'],
      'decode',
    ],
    ['native code that the driver called', [`${MODULES}/mysql2/lib/packet.js`, ''], 'mysql driver'],
    ['mapping', [`${FOLDER}/bus/view/apply/decode.ts`], 'map, reduce, sort'],
    ['text of statements', [`${FOLDER}/bus/view/compile/upsert.ts`], 'SQL text'],
    [
      'escaping that statements asked for',
      [`${FOLDER}/bus/sql/mysql/mysql-literal.ts`, `${MODULES}/sql-escaper/lib/index.js`],
      'SQL text',
    ],
    ['the Kafka client', [`${MODULES}/kafkajs/src/consumer.js`], 'kafkajs'],
    ['the engine itself', [`${FOLDER}/bus/view/apply/engine.ts`], 'engine'],
    ['a package of its own', [`${FOLDER}/bus/view/run.ts`, `${MODULES}/pino/pino.js`], 'other'],
    ['the platform for nobody', ['node:internal/timers'], 'platform'],
  ])('%s', (_what, urls, kind) => {
    const [time] = selfTimes(profileOf({ urls, micros: 1 }));
    expect(time && kindOf(time)).toBe(kind);
  });

  test('does not depend on a name that every object has', () => {
    const urls = [`${FOLDER}/bus/avro/reader.ts`, 'node:buffer'];
    const [time] = selfTimes(profileOf({ urls, micros: 1, name: 'toString' }));
    expect(time && kindOf(time)).toBe('decode');
  });

  test.each([
    ['(idle)', 'idle'],
    ['(garbage collector)', 'garbage collector'],
  ])('%s', (name, kind) => {
    const [time] = selfTimes(profileOf({ urls: [''], micros: 1, name }));
    expect(time && kindOf(time)).toBe(kind);
  });
});

describe('a summary', () => {
  const summary = summarize(
    profileOf(
      { urls: [`${FOLDER}/bus/avro/reader.ts`], micros: 300_000, name: 'read' },
      { urls: [`${MODULES}/kafkajs/src/a.js`], micros: 100_000, name: 'fetch' },
      { urls: [''], micros: 600_000, name: '(idle)' },
    ),
  );

  test('gives each kind its share of all time', () => {
    expect(summary.seconds).toBe(1);
    expect(summary.percentByKind).toMatchObject({ decode: 30, kafkajs: 10, idle: 60 });
    const sum = KINDS.reduce((total, kind) => total + summary.percentByKind[kind], 0);
    expect(sum).toBeCloseTo(100, 0);
  });

  test('names functions by project and package, never by a folder of the machine', () => {
    expect(summary.top).toEqual([
      { function: 'read', at: 'bus/avro/reader.ts:5', kind: 'decode', percent: 30 },
      { function: 'fetch', at: 'kafkajs/src/a.js:5', kind: 'kafkajs', percent: 10 },
    ]);
  });
});

test('a profile cut to a span keeps only the samples taken in it', () => {
  const nowMs = Date.now();
  const nowMicros = Number(process.hrtime.bigint() / 1_000n);
  const profile: CpuProfile = {
    ...profileOf({ urls: ['a'], micros: 0 }),
    startTime: nowMicros,
    samples: [1, 2, 2],
    timeDeltas: [1_000, 1_000_000, 1_000_000],
  };
  const cut = cutTo(profile, { fromMs: nowMs + 500, toMs: nowMs + 1_500 });
  expect(cut).toMatchObject({ samples: [2], timeDeltas: [1_000_000] });
});
