/**
 * What must be done before anything of the project can run: plain JavaScript for Node 20 and
 * newer, because it runs before the dependencies, and with them the project's own Node, are there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const NODE_MAJOR_MIN = 20;
/** Ended for what the machine lacks, not for what the project got wrong. */
const EXIT_FAILED = 1;

/** Checks this machine and brings the dependencies to what package-lock.json says. */
export function prepare() {
  checkMachine();
  if (isInstalled()) return;
  console.error('Installing the dependencies of package-lock.json (npm ci) …');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0)
    fail(
      'npm ci failed; its own message is above. Check the network and the registry settings of npm.',
    );
  if (!existsSync(NODE))
    fail(
      'npm ci did not install the project’s own Node (node_modules/.bin/node). Run npm rebuild node, then try again.',
    );
}

/**
 * Runs one of the project's programs on its own Node, with this terminal, and answers its exit
 * code. Ctrl-C reaches the program directly; this process only waits for it to end in order.
 */
export async function run(script, args, options = {}) {
  const child = spawn(NODE, [join(ROOT, script), ...args], {
    cwd: options.cwd ?? process.cwd(),
    stdio: 'inherit',
  });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? (signal === 'SIGINT' ? 130 : EXIT_FAILED)),
    );
  });
}

function checkMachine() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MAJOR_MIN) {
    fail(
      `Node ${NODE_MAJOR_MIN} or newer is needed to begin with; this is ${process.versions.node}. Install a newer Node, then try again.`,
    );
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail(
      `The native stack has server binaries for Linux on x64 only; this is ${process.platform} on ${process.arch}. Run it on a Linux machine or in a virtual one.`,
    );
  }
}

/** True when every package of the lock file is there in the version that it names. */
function isInstalled() {
  const wanted = readJson(join(ROOT, 'package-lock.json'));
  const found = readJson(join(ROOT, 'node_modules', '.package-lock.json'));
  if (!wanted || !found || !existsSync(NODE)) return false;
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) =>
      path === '' || optional || found.packages[path]?.version === version,
  );
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

export function fail(message) {
  console.error(message);
  process.exit(EXIT_FAILED);
}
