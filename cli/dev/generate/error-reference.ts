/** docs/errors.md: every error code with its cause and remedy, by the part of the bus it belongs to. */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../../bus/base/assert.ts';
import { CODES } from '../../../bus/base/codes.ts';
import { type CodeEntry, EXIT, type Reaction } from '../../../bus/base/codes/code.ts';
import { PROJECT_FOLDER } from '../../globals.ts';

const FOLDER = join(PROJECT_FOLDER, 'bus', 'base', 'codes');

const REACTIONS: Readonly<Record<Reaction, string>> = {
  'fix-input': 'a person must change a file, a flag, a setting or a right',
  retry: 'trying again later can succeed by itself',
  stop: 'the unit stops, because going on could lose or damage data',
  bug: 'civicbus itself is wrong',
};

/** The whole file. Throws BUS_BUG when a table of codes is not part of CODES. */
export async function errorReference(): Promise<string> {
  const areas = await readAreas();
  const listed = areas.flatMap(({ codes }) => Object.keys(codes)).toSorted();
  assert(
    listed.join() === Object.keys(CODES).toSorted().join(),
    'every table of codes is part of CODES',
  );
  return [
    '<!-- Generated from bus/base/codes/ by `npm run generate`; do not edit. -->',
    '',
    '# Errors',
    '',
    'Every error has a code, says what is wrong and what to do, and decides the exit code of the command it ends. `{{name}}` stands for a value.',
    '',
    '| reaction | meaning |',
    '| --- | --- |',
    ...Object.entries(REACTIONS).map(([name, meaning]) => `| ${name} | ${meaning} |`),
    '',
    '| exit code | meaning |',
    '| --- | --- |',
    ...Object.entries(EXIT).map(([name, code]) => `| ${code} | ${name} |`),
    ...areas.flatMap(areaLines),
    '',
  ].join('\n');
}

type Area = { readonly name: string; readonly codes: Readonly<Record<string, CodeEntry>> };

async function readAreas(): Promise<Area[]> {
  const files: string[] = [];
  for await (const file of glob('*-codes.ts', { cwd: FOLDER })) files.push(file);
  return Promise.all(
    files.toSorted().map(async (file) => {
      const tables: Record<string, unknown> = await import(join(FOLDER, file));
      const [codes] = Object.values(tables) as Area['codes'][];
      assert(codes, `${file} exports a table`);
      return { name: file.replace('-codes.ts', ''), codes };
    }),
  );
}

function areaLines({ name, codes }: Area): string[] {
  return ['', `## ${name}`, ...Object.entries(codes).flatMap(codeLines)];
}

function codeLines([code, entry]: [string, CodeEntry]): string[] {
  const { message, cause, remedy, reaction, exit } = entry;
  return [
    '',
    `### ${code}`,
    '',
    `> ${message}`,
    '',
    `- **Why:** ${cause}`,
    `- **What to do:** ${remedy}`,
    `- Reaction ${reaction}, exit code ${EXIT[exit]} (${exit}).`,
  ];
}
