import { describe, expect, test } from 'vitest';
import { ownerOf, ownerOfPrincipal } from '../../bus/plan/ownership.ts';
import { compileSource } from '../../connectors/compile.ts';
import { generatedFiles } from '../../connectors/generated.ts';
import { loadSources } from '../../connectors/load-source.ts';
import { readFile } from 'node:fs/promises';
import { CONTEXT, fixtureSource } from './fixtures.ts';

describe('compileSource', () => {
  test.each(['police', 'civil-affairs', 'health'])(
    'gives for %s exactly the golden file',
    async (name) => {
      const [loaded] = await loadSources([`connectors/${name}/source.yaml`]);
      const compiled = compileSource(loaded!.source, CONTEXT);
      const json = `${JSON.stringify(compiled, null, 2)}\n`;
      await expect(json).toMatchFileSnapshot(`golden/${name}.json`);
    },
  );

  test('names a column only when it is captured', () => {
    const { config } = compileSource(fixtureSource(), CONTEXT).connector;
    expect(config['column.include.list']).toBe(
      'register[.]person[.]id_number,register[.]person[.]name,register[.]person[.]born_on',
    );
  });

  test('matches no table whose name only begins alike', () => {
    const { config } = compileSource(fixtureSource(), CONTEXT).connector;
    const pattern = new RegExp(`^(${config['table.include.list']})$`);
    expect(pattern.test('register.person')).toBe(true);
    expect(pattern.test('register.person_archive')).toBe(false);
    expect(pattern.test('registerXperson')).toBe(false);
  });

  test('puts no secret into the config, only references to the source’s own file', () => {
    const { config } = compileSource(fixtureSource(), CONTEXT).connector;
    const secrets = Object.entries(config).filter(([key]) => /password|jaas/.test(key));
    expect(secrets).toHaveLength(9);
    for (const [, value] of secrets) {
      expect(value).toContain('${file:/stack/secrets/connectors/src-register.properties:');
    }
  });

  test('grants the source nothing outside its own names', () => {
    const { acls } = compileSource(fixtureSource(), CONTEXT);
    for (const acl of acls) expect(acl.name).toMatch(/(^|[._-])register([.-]|$)/);
    expect(acls.filter((acl) => acl.match === 'prefixed').map((acl) => acl.name)).toEqual([
      'cdc.register.',
    ]);
  });

  test('gives nothing a name that its source does not own', () => {
    const { topics, user, connector, acls } = compileSource(fixtureSource(), CONTEXT);
    for (const topic of topics) expect(ownerOf('topic', topic.name)).toBe('source/register');
    expect(ownerOf('user', user.name)).toBe('source/register');
    expect(ownerOf('connector', connector.name)).toBe('source/register');
    for (const acl of acls) expect(ownerOfPrincipal(acl.principal)).toBe('source/register');
  });

  test('derives another server id for another name, and keeps a declared one', () => {
    const idOf = (change?: (content: string) => string) =>
      compileSource(fixtureSource(change), CONTEXT).connector.config['database.server.id'];
    expect(idOf()).toBe(idOf());
    expect(idOf((content) => content.replace('name: register\n', 'name: registry\n'))).not.toBe(
      idOf(),
    );
    expect(idOf((content) => content.replace('password\n', 'password\n  serverId: 42\n'))).toBe(
      '42',
    );
  });
});

test('the committed JSON Schema is what the model says', async () => {
  for (const [file, content] of generatedFiles())
    expect(await readFile(file, 'utf8')).toBe(content);
});
