/**
 * The one Java class of the bus, compiled from its source against the jars that it runs with. Its
 * cases are Java too (RememberingSchemaResolverCheck.java) and run in one process; each is told
 * here as a test of its own.
 */
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cacheRoot } from '../../../../cli/stack/home.ts';
import { ensureCache } from '../../../../infra/native/cache/cache.ts';
import { JAVA_FOLDER, JAVA_SOURCES } from '../../../../infra/native/cache/coordinates.ts';
import { mustRun } from '../../../../infra/native/run-command.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const CHECK = 'RememberingSchemaResolverCheck';
const classes = scratchFolder();
let told: readonly string[] = [];

beforeAll(async () => {
  const cache = await ensureCache(cacheRoot(), { onStep: () => undefined });
  const jars = [join(cache.converter, '*'), cache.kafkaClassPath];
  const sources = JAVA_SOURCES.map((file) => join(JAVA_FOLDER, file));
  const check = resolve(import.meta.dirname, `${CHECK}.java`);
  const compiling = ['--release', '17', '-d', classes, '-cp', jars.join(':'), ...sources, check];
  await mustRun({ command: 'javac', args: compiling }, 'compiling the resolver');
  // Before the jars: the converter's folder holds the compiled class of the last set-up too.
  const running = ['-Xmx256m', '-cp', [classes, ...jars].join(':'), CHECK];
  told = (await mustRun({ command: 'java', args: running }, 'running its cases')).split('\n');
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
  expect(told.filter((line) => /^(?:not )?ok /.test(line))).toHaveLength(9);
});
