/** Takes the lock in argument 1 and stays: for tests that kill its holder. */
import { must } from '../../../../bus/base/assert.ts';
import { tryLock } from '../../../../infra/native/process/file-lock.ts';

const answer = await tryLock(must(process.argv[2], 'a file'));
process.stdout.write(`${answer.kind}\n`);
setInterval(() => undefined, 1_000);
