/** A supervisor in a process of its own, for tests that kill it: argument 1 is the state file. */
import { join } from 'node:path';
import { must } from '../../../../bus/base/assert.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { Supervisor } from '../../../../infra/native/process/supervisor.ts';

const stateFile = must(process.argv[2], 'a state file');
const supervisor = new Supervisor({ stateFile, log: silentLog });
process.on('SIGINT', () => {
  void supervisor.stopAll(['first', 'second']).then(() => process.exit(0));
});
for (const name of ['first', 'second']) {
  await supervisor.superviseProcess({
    name,
    command: 'sleep',
    args: ['600'],
    logFile: join(stateFile, '..', `${name}.log`),
    restart: 'always',
  });
}
await supervisor.flush();
process.stdout.write('ready\n');
