/** npm run bench -- NAME: prepares this clone, then measures. */
import { prepare, run } from './setup.mjs';

prepare();
process.exitCode = await run('cli/dev/bench.ts', process.argv.slice(2));
