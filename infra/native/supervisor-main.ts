/**
 * Entry point of a supervisor that runs apart from the command that started it:
 * `node infra/native/supervisor-main.ts '{"home":…,"cacheRoot":…,"fresh":…}'`.
 * Ends in order on SIGTERM and SIGINT. Errors of the start are left in `<home>/start-error.json`.
 */
import { BusError, messageOf } from '../../bus/base/errors.ts';
import { writeJson } from './files.ts';
import { createNativeStack } from './native-stack.ts';
import { z } from 'zod';

const argumentSchema = z.object({
  home: z.string(),
  cacheRoot: z.string(),
  fresh: z.boolean().default(false),
  errorFile: z.string(),
});

const options = argumentSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const stack = createNativeStack(options);
const stop = async () => {
  await stack.down();
  process.exit(0);
};
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
process.on('SIGHUP', () => undefined);

try {
  await stack.up({ fresh: options.fresh });
} catch (error) {
  const code = error instanceof BusError ? error.code : 'BUS_BUG';
  const details = error instanceof BusError ? error.details : { what: messageOf(error) };
  await writeJson(options.errorFile, { code, details });
  process.exit(1);
}
