/** The programs the native stack needs, checked before anything is fetched or started. */
import { readFile } from 'node:fs/promises';
import { BusError } from '../../bus/base/errors.ts';
import { runCommand } from './run-command.ts';

const JAVA_MIN = 17;

type Probe = (command: string, args: readonly string[]) => Promise<string | undefined>;

/** Throws STACK_PREREQUISITE naming everything missing at once and how to install it here. */
export async function checkPrerequisites(probe: Probe = output, osRelease?: string): Promise<void> {
  const [java, javac, mvn, unzip, tar, xz] = await Promise.all([
    probe('java', ['-version']),
    probe('javac', ['-version']),
    probe('mvn', ['-v']),
    probe('unzip', ['-v']),
    probe('tar', ['--version']),
    probe('xz', ['--version']),
  ]);
  const missing: string[] = [];
  const packages: Need[] = [];
  const lacks = (what: string, need: Need) => {
    missing.push(what);
    packages.push(need);
  };
  const found = java === undefined ? undefined : javaMajor(java);
  if (found === undefined) lacks(`Java ${JAVA_MIN} or newer`, 'java');
  else if (found < JAVA_MIN) lacks(`Java ${JAVA_MIN} or newer (found ${found})`, 'java');
  else if (javac === undefined) lacks(`the compiler of a Java ${JAVA_MIN} JDK (javac)`, 'java');
  if (mvn === undefined) lacks('Maven (mvn)', 'maven');
  if (unzip === undefined) lacks('unzip', 'unzip');
  if (tar === undefined) lacks('tar', 'tar');
  if (xz === undefined) lacks('xz', 'xz');
  if (missing.length === 0) return;
  const release = osRelease ?? (await readFile('/etc/os-release', 'utf8').catch(() => ''));
  const install = installCommand(release, packages);
  throw new BusError('STACK_PREREQUISITE', { missing: missing.join(', '), install });
}

type Need = 'java' | 'maven' | 'unzip' | 'tar' | 'xz';

const INSTALLERS: readonly {
  readonly ids: readonly string[];
  readonly command: string;
  readonly names: Readonly<Record<Need, string>>;
}[] = [
  {
    ids: ['debian', 'ubuntu'],
    command: 'sudo apt-get install -y',
    names: {
      java: 'openjdk-17-jdk-headless',
      maven: 'maven',
      unzip: 'unzip',
      tar: 'tar',
      xz: 'xz-utils',
    },
  },
  {
    ids: ['fedora', 'rhel', 'centos'],
    command: 'sudo dnf install -y',
    names: { java: 'java-17-openjdk-devel', maven: 'maven', unzip: 'unzip', tar: 'tar', xz: 'xz' },
  },
  {
    ids: ['arch'],
    command: 'sudo pacman -S --needed',
    names: { java: 'jdk17-openjdk', maven: 'maven', unzip: 'unzip', tar: 'tar', xz: 'xz' },
  },
  {
    ids: ['suse', 'opensuse'],
    command: 'sudo zypper install -y',
    names: { java: 'java-17-openjdk-devel', maven: 'maven', unzip: 'unzip', tar: 'tar', xz: 'xz' },
  },
];

/** One command for the distribution that /etc/os-release names, itself or as a relative. */
export function installCommand(osRelease: string, needs: readonly Need[]): string {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, names = '']) =>
    names.split(/\s+/),
  );
  const installer = INSTALLERS.find((entry) => entry.ids.some((id) => ids.includes(id)));
  if (!installer) return `the package manager of this system (${needs.join(', ')})`;
  const names = [...new Set(needs)].map((need) => installer.names[need]);
  return `${installer.command} ${names.join(' ')}`;
}

/** The major version in the text of `java -version`; undefined when it is not understood. */
export function javaMajor(text: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (first === undefined) return undefined;
  // Until Java 8 the version began with "1.".
  return Number(first === '1' ? second : first);
}

async function output(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const result = await runCommand({ command, args });
    return result.exitCode === 0 ? result.output : undefined;
  } catch {
    return undefined;
  }
}
