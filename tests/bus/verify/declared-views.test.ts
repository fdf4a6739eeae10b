/** The views and sources that come with civicbus: whatever is compared is declared on both sides. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mariadbDialect } from '../../../bus/verify/mariadb.ts';
import { postgresDialect } from '../../../bus/verify/postgres.ts';
import { rowDigest } from '../../../bus/verify/side.ts';
import { derivedPair, sourcePair } from '../../../bus/verify/sides.ts';
import { compileView } from '../../../bus/view/compile/compile.ts';
import { declaredViews } from '../../../cli/live/declared-views.ts';
import { declaredSources } from '../../../cli/verify/sources.ts';

const session = {
  query: () => Promise.resolve([]),
  execute: () => Promise.reject(new Error('a comparison never writes')),
};

test('every column of every view has a type at its source, and both sides compare the same ones', async () => {
  const sources = await declaredSources(
    undefined,
    join(import.meta.dirname, '../../../connectors'),
  );
  const views = await declaredViews();
  expect(views.length).toBeGreaterThan(0);
  for (const view of views) {
    for (const [i, plan] of compileView(view).entries()) {
      const block = view.blocks[i]!;
      const source = sources.get(block.from.source);
      const table = source?.tables.find(({ name }) => name === block.from.table);
      const types = new Map(table?.columns.map(({ name, type }) => [name, type]));
      const pair = sourcePair({
        block,
        plan,
        hub: session,
        source: {
          session,
          dialect: source?.engine === 'postgresql' ? postgresDialect : mariadbDialect,
          typeOf: (_, column) => types.get(column),
          isByteOrdered: () => Promise.resolve(true),
        },
      });
      const compared = [...pair.source.key, ...pair.source.columns];
      expect(
        compared
          .filter(({ own }) => own === undefined)
          .map(({ column }) => `${plan.unit} ${column}`),
      ).toEqual([]);
      expect(pair.view.columns.map(({ label }) => label)).toEqual(
        pair.source.columns.map(({ label }) => label),
      );
      expect(rowDigest(pair.view)).toContain(block.key[0]!.name);
      const { mirror } = block;
      const derived = mirror && derivedPair(view, block, { mirror, hub: session });
      expect(derived?.source.columns.length).toBe(derived?.view.columns.length);
    }
  }
});
