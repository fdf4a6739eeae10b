/** npm start: prepares this clone, then starts the bus. */
import { prepare, run } from './setup.mjs';

prepare();
process.exitCode = await run('cli/dev/start.ts', process.argv.slice(2));
