#!/usr/bin/env node
/**
 * Launcher of the civicbus command. Plain JavaScript, so that any Node from 20 on can start it;
 * the command itself is TypeScript and runs on the Node that the project brings along.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;
const EXIT = { missingParts: 1, interruptedBase: 128 };

const folder = dirname(fileURLToPath(import.meta.url));
const ownNode = join(folder, '..', 'node_modules', '.bin', 'node');
const main = join(folder, 'main.ts');

if (!existsSync(ownNode)) {
  process.stderr.write(
    'civicbus is not set up yet: node_modules is missing.\nRun "npm ci" in the project folder (npm start and npm test do it by themselves).\n',
  );
  process.exitCode = EXIT.missingParts;
} else if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  // Halves the time to start; inside the project, where nobody else may write.
  module.enableCompileCache?.(join(folder, '..', 'node_modules', '.cache', 'civicbus'));
  await import(main);
} else {
  launch();
}

function launch() {
  const child = spawn(ownNode, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; a signal sent to this process only is passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`civicbus could not be started: ${error.message}\n`);
    process.exitCode = EXIT.missingParts;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? EXIT.interruptedBase + (signal === 'SIGINT' ? 2 : 15);
  });
}
