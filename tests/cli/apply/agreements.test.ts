import { beforeAll, expect, test } from 'vitest';
import { addTexts } from '../../../bus/base/text.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import type { FieldChange } from '../../../bus/plan/plan.ts';
import { shownDeployment } from '../../../cli/apply/agreements.ts';
import { CLI_TEXTS } from '../../../cli/messages/en.ts';

beforeAll(() => addTexts('en', CLI_TEXTS));

const grown = [{ field: 'generation', from: '1', to: '2' }];
const other = [{ field: 'freshness', from: '60 s', to: '30 s' }];

test.each<[CompiledPair['backfill'], boolean, number, readonly FieldChange[], boolean, string]>([
  ['none', true, 1, [], false, 'the first version begins with nothing to empty'],
  ['none', true, 2, [], true, 'a further version begins anew'],
  ['none', false, 2, grown, true, 'so does the same version, delivered otherwise'],
  ['none', false, 2, other, false, 'what changes nothing that is delivered keeps the copy'],
  ['snapshot', true, 2, [], false, 'a whole copy takes the place of the old one'],
])(
  'without backfill (%s), new: %s, generation %i, changes %j: emptied %s, because %s',
  (backfill, isNew, generation, changes, isEmptied) => {
    const agreement = { name: 'sales', version: '1.1.0' };
    const pair = { agreement, backfill } as CompiledPair;
    const { changes: shown } = shownDeployment({ isNew, pair, changes, generation });
    const copy = { field: 'copy', from: 'rows so far', to: 'emptied (scope.backfill is none)' };
    expect(shown).toEqual(isEmptied ? [...changes, copy] : changes);
  },
);
