import { describe, expect, test } from 'vitest';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { compilePair, pairText } from '../../../bus/pair/compile/compile-pair.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { loadWorld } from '../../../cli/agreements/world.ts';
import { generateAgreements } from '../../../producers/agreements/generate.ts';

const COUNT = 550;
const world = await loadWorld();
const resources = world.resources.filter(({ sharingType }) => sharingType !== 'not-shared');
const byId = new Map(resources.map((resource) => [resource.id, resource]));

function compileAll(seed = 7): string[] {
  return generateAgreements({ count: COUNT, seed, resources }).map((content) => {
    const result = compilePair(content, byId.get(content.resource.resourceId)!, {
      contentHash: contentHash(content),
    });
    if ('problems' in result) throw new Error(JSON.stringify([content.name, result.problems]));
    return pairText(result.pair);
  });
}

describe('550 generated agreements over the three views of the city', () => {
  const texts = compileAll();
  const pairs = texts.map((text) => JSON.parse(text) as CompiledPair);

  test('compile to the same bytes twice', () => {
    expect(compileAll()).toEqual(texts);
  });

  test('are others for another seed', () => {
    expect(compileAll(8).some((text, index) => text === texts[index])).toBe(false);
  });

  test.each<[string, (pair: CompiledPair) => string]>([
    ['topic', ({ topic }) => topic.name],
    ['receipt topic', ({ receiptTopic }) => receiptTopic.name],
    ['user', ({ user }) => user],
    ['group', ({ group }) => group],
    ['content hash', ({ agreement }) => agreement.contentHash],
    ['value schema', ({ valueSchema }) => valueSchema],
  ])('have each a %s of their own', (_, nameOf) => {
    expect(new Set(pairs.map(nameOf)).size).toBe(COUNT);
  });

  test('come from all three views', () => {
    const views = new Set(pairs.map(({ resource }) => resource.view));
    expect(views).toEqual(new Set(['population', 'legal-entity', 'property']));
  });

  test.each<[string, (pair: CompiledPair) => boolean]>([
    ['daily', ({ delivery }) => delivery.mode === 'daily'],
    ['realtime', ({ delivery }) => delivery.mode === 'realtime'],
    ['filtered', ({ rows }) => rows !== null],
    ['whole', ({ rows }) => rows === null],
    ['masked', ({ fields }) => fields.some(({ mask }) => mask !== undefined)],
  ])('are in part %s', (_, is) => {
    expect(pairs.filter(is).length).toBeGreaterThan(COUNT / 20);
  });

  test('deliver no sensitive field', () => {
    for (const { resource, fields } of pairs) {
      const classes = new Map(
        byId.get(resource.id)!.fields.map(({ name, classification }) => [name, classification]),
      );
      expect(fields.map(({ name }) => classes.get(name))).not.toContain('sensitive');
    }
  });
});
