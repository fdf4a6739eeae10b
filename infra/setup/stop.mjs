/** npm stop: ends what npm start left running. */
import { prepare, run } from './setup.mjs';

prepare();
process.exitCode = await run('cli/dev/stop.ts', process.argv.slice(2));
