/**
 * The resolver, compiled from its source against the jars that it runs with. Its cases are Java
 * too (RememberingSchemaResolverCheck.java); each is told here as a test of its own.
 */
import { beforeAll, expect, test } from 'vitest';
import { OWN_JARS } from '../../../../infra/native/cache/coordinates.ts';
import { scratchFolder } from '../../../support/scratch.ts';
import { runCases } from './java-cases.ts';

const classes = scratchFolder();
let told: readonly string[] = [];

beforeAll(async () => {
  told = await runCases(OWN_JARS.resolver, { check: 'RememberingSchemaResolverCheck', classes });
});

test.each([
  ['renders-once', 'a schema object is rendered once, however many records there are of it'],
  [
    'by-identity',
    'equal schemas have one id, whichever object they are, and a changed one another',
  ],
  ['by-topic', 'what was answered for one topic is not taken for another'],
  ['asks-again', 'the registry is asked again after the check period'],
  ['bounded', 'schema objects made anew for each record never fill the memory'],
  ['threads', 'eight threads each get the id of their own schema while answers expire'],
  ['failures', 'a failure is not remembered'],
  ['reset', 'a reset forgets'],
  ['not-avro', 'what is no Avro goes to the default resolver each time'],
])('%s: %s', (name) => {
  expect(told).toContain(`ok ${name}`);
});

test('every case that is there was asked for', () => {
  expect(told).toHaveLength(9);
});
