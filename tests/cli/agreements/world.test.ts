import { describe, expect, test } from 'vitest';
import { findAgreementFiles } from '../../../bus/agreement/document/folder.ts';
import { problemLine } from '../../../bus/base/errors.ts';
import { AGREEMENTS_FOLDER, checkAgreementFile, loadWorld } from '../../../cli/agreements/world.ts';

const world = await loadWorld();
const files = await findAgreementFiles(AGREEMENTS_FOLDER);

describe('agreements that come with civicbus', () => {
  test('are three, between known organizations', () => {
    expect(files).toHaveLength(3);
    expect(world.organizations.filter(({ isAuthority }) => isAuthority)).toHaveLength(1);
  });

  test.each(files)('%s has no fault and no finding', async (file) => {
    const { problems, findings, contentHash } = await checkAgreementFile(file, world);
    expect([...problems, ...findings.map(({ place }) => place)].map(problemLine)).toEqual([]);
    expect(contentHash).toMatch(/^\$1\$[\w-]{43}$/);
  });
});
