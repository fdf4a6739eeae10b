/** The canonical text of every type: equal for equal values on two servers, different for others. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mariadbDialect } from '../../../bus/verify/mariadb.ts';
import { digestOf, rowsIn } from '../../../bus/verify/statements.ts';
import { testStack } from '../../support/env.ts';
import {
  type CanonicalCase,
  columnSide,
  columnType,
  fillColumn,
  MARIADB_CASES,
} from './canonical-cases.ts';

const stack = await testStack('canon');
const { sql: source } = await stack.newDatabase('providers', 's');
const { sql: hub } = await stack.newDatabase('hub', 'h');

function sidesOf({ type, source: own }: Pick<CanonicalCase, 'type' | 'source'>) {
  const declared = columnType(type);
  const isSingle =
    mariadbDialect.isSingle(own) || (declared.kind === 'float' && declared.name === 'float');
  const common = { dialect: mariadbDialect, type, isSingle };
  return {
    atSource: columnSide({ ...common, session: source, own: own.split(' ')[0] ?? own }),
    inView: columnSide({ ...common, session: hub }),
  };
}

/** The hub keeps text by bytes. */
function inHub(type: string): string {
  const { kind } = columnType(type);
  const isText = kind === 'chars' || kind === 'text' || kind === 'enum';
  return isText ? `${type} COLLATE utf8mb4_nopad_bin` : type;
}

describe('canonical text', () => {
  test.each(MARIADB_CASES)('$source at the source, $type in the view', async (one) => {
    await fillColumn(source, { type: one.source, values: one.values });
    await fillColumn(hub, { type: inHub(one.type), values: one.values });
    const { atSource, inView } = sidesOf(one);
    const [a, b] = [await rowsIn(atSource, {}), await rowsIn(inView, {})];
    expect([...b]).toEqual([...a]);
    expect(await digestOf(inView, {})).toEqual(await digestOf(atSource, {}));
    expect(a.size).toBe(one.values.length + 1);
    expect(new Set([...a.values()].map(({ digest }) => digest)).size).toBe(a.size);
  });

  test('any texts and numbers that differ have different sums; NULL is not empty', async () => {
    const { inView } = sidesOf({ type: 'varchar(50)', source: 'varchar(50)' });
    await fillColumn(hub, { type: inHub('varchar(50)'), values: [] });
    const texts = fc.option(fc.string({ unit: 'grapheme', maxLength: 8 }), { freq: 4 });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (one, other) => {
        const sumOf = async (value: string | null) => {
          await hub.execute('UPDATE t SET c = ? WHERE id = 1', [value]);
          return (await digestOf(inView, {})).sum;
        };
        expect((await sumOf(one)) === (await sumOf(other))).toBe(one === other);
      }),
      {
        numRuns: 60,
        examples: [
          ['', null],
          ['N', null],
          ['a', 'a '],
        ],
      },
    );
  });

  test('any double has one text on both servers', async () => {
    const one = { type: 'double', source: 'double' };
    const { atSource, inView } = sidesOf(one);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 30 }),
        async (values) => {
          const plain = values.map((value) => (Math.abs(value) < 2.3e-308 ? 0 : value));
          await fillColumn(source, { type: 'double', values: plain });
          await fillColumn(hub, { type: 'double', values: plain });
          expect([...(await rowsIn(inView, {}))]).toEqual([...(await rowsIn(atSource, {}))]);
        },
      ),
      { numRuns: 5 },
    );
  });
});
