/**
 * Writes every generated file of the project, or with --check compares them and names those that
 * are stale. What is generated follows from code (error codes, schemas of declarations, help) and
 * from the declared sources (Avro baselines).
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { addTexts } from '../../bus/base/text.ts';
import { viewSchema } from '../../bus/view/declaration/schema.ts';
import { subscriberSchema } from '../../consumers/subscriber/config.ts';
import { generatedFiles } from '../../connectors/generated.ts';
import { PROJECT_FOLDER } from '../globals.ts';
import { CLI_TEXTS } from '../messages/en.ts';
import { agreementFiles } from './generate/agreement-files.ts';
import { allBaselines } from './generate/baselines.ts';
import { cliReference } from './generate/cli-reference.ts';
import { errorReference } from './generate/error-reference.ts';
import { formatted } from './generate/format.ts';

addTexts('en', CLI_TEXTS);

const checkOnly = process.argv.includes('--check');
const stale: string[] = [];
const baselines = await allBaselines();
for (const [path, content] of await allFiles()) {
  const file = join(PROJECT_FOLDER, path);
  const wanted = path.endsWith('.md') ? await formatted(path, content) : content;
  const found = await readFile(file, 'utf8').catch(() => undefined);
  if (found === wanted) continue;
  stale.push(path);
  if (checkOnly) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, wanted);
}
for (const path of baselines.surplus) {
  stale.push(path);
  if (!checkOnly) await rm(join(PROJECT_FOLDER, path));
}
report();

async function allFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...generatedFiles(),
    ...baselines.files,
    ...agreementFiles(),
    ['schemas/view.schema.json', viewJsonSchema()],
    ['schemas/subscriber.schema.json', subscriberJsonSchema()],
    ['docs/errors.md', await errorReference()],
    ['docs/cli.md', cliReference()],
  ]);
}

function viewJsonSchema(): string {
  const document = {
    ...z.toJSONSchema(viewSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'civicbus view',
    $comment: 'Generated from bus/view/declaration/schema.ts by `npm run generate`; do not edit.',
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function subscriberJsonSchema(): string {
  const document = {
    ...z.toJSONSchema(subscriberSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'civicbus subscriber',
    $comment: 'Generated from consumers/subscriber/config.ts by `npm run generate`; do not edit.',
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function report(): void {
  if (baselines.problems.length > 0) {
    process.stderr.write(`${baselines.problems.join('\n')}\n`);
    process.exitCode = 1;
  }
  if (stale.length === 0) return;
  if (!checkOnly) {
    process.stderr.write(`Written: ${stale.join(', ')}\n`);
    return;
  }
  process.stderr.write(`Stale: ${stale.join(', ')}\nWrite them anew with: npm run generate\n`);
  process.exitCode = 1;
}
