/**
 * A stack in a process of its own, for tests that kill it: argument 1 is JSON with `home`,
 * `cacheRoot` and `fresh`. Prints "up" once all is healthy, or the code of what went wrong;
 * ends in order on SIGTERM and SIGINT.
 */
import { z } from 'zod';
import { BusError } from '../../bus/base/errors.ts';
import { createNativeStack } from '../../infra/native/native-stack.ts';

const optionsSchema = z.object({
  home: z.string(),
  cacheRoot: z.string(),
  fresh: z.boolean().default(false),
});

const { fresh, ...options } = optionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const stack = createNativeStack(options);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => void stack.down().then(() => process.exit(0)));
}
try {
  await stack.up({ fresh });
  process.stdout.write('up\n');
} catch (error) {
  process.stdout.write(`${error instanceof BusError ? error.code : String(error)}\n`);
  process.exitCode = 1;
}
