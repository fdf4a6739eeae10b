import { describe, expect, test } from 'vitest';
import {
  checkPrerequisites,
  installCommand,
  javaMajor,
} from '../../../infra/native/prerequisites.ts';

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n';
const JDK_17 = { java: 'openjdk version "17.0.15" 2025-04-15', javac: 'javac 17.0.15' };

function machineWith(programs: Readonly<Record<string, string>>) {
  return async (command: string) => programs[command];
}

describe('checkPrerequisites', () => {
  test('passes where everything is there', async () => {
    const machine = machineWith({
      ...JDK_17,
      mvn: 'Apache Maven 3.8.7',
      unzip: '6',
      tar: '1',
      xz: '5',
    });
    await expect(checkPrerequisites(machine, DEBIAN)).resolves.toBeUndefined();
  });

  test('passes on this machine, which runs the integration tests', async () => {
    await expect(checkPrerequisites()).resolves.toBeUndefined();
  });

  test('names everything that is missing at once, and one command that installs it', async () => {
    await expect(
      checkPrerequisites(machineWith({ tar: '1', xz: '5' }), DEBIAN),
    ).rejects.toMatchObject({
      code: 'STACK_PREREQUISITE',
      message: 'Missing on this machine: Java 17 or newer, Maven (mvn), unzip.',
      remedy: 'Install them with: sudo apt-get install -y openjdk-17-jdk-headless maven unzip',
    });
  });

  test('wants the compiler, not only a runtime', async () => {
    const machine = machineWith({ java: JDK_17.java, mvn: 'x', unzip: 'x', tar: 'x', xz: 'x' });
    await expect(checkPrerequisites(machine, DEBIAN)).rejects.toMatchObject({
      details: { missing: 'the compiler of a Java 17 JDK (javac)' },
    });
  });

  test.each([
    ['openjdk version "11.0.2"', 'Java 17 or newer (found 11)', 'too old'],
    ['java version "1.8.0_292"', 'Java 17 or newer (found 8)', 'the old way of counting'],
    ['something else', 'Java 17 or newer', 'not understood'],
  ])('refuses %j', async (java, missing) => {
    const machine = machineWith({ java, mvn: 'x', unzip: 'x', tar: 'x', xz: 'x' });
    await expect(checkPrerequisites(machine, DEBIAN)).rejects.toMatchObject({
      details: { missing },
    });
  });
});

describe('installCommand', () => {
  test.each([
    ['ID=ubuntu\nID_LIKE=debian\n', 'sudo apt-get install -y openjdk-17-jdk-headless', 'Ubuntu'],
    [
      'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
      'sudo apt-get install -y openjdk-17-jdk-headless',
      'a relative',
    ],
    [
      'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
      'sudo dnf install -y java-17-openjdk-devel',
      'a relative',
    ],
    ['ID=arch\n', 'sudo pacman -S --needed jdk17-openjdk', 'Arch'],
    [
      'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n',
      'sudo zypper install -y java-17-openjdk-devel',
      'SUSE',
    ],
    ['ID=unknown\n', 'the package manager of this system (java)', 'not known'],
    ['', 'the package manager of this system (java)', 'no file'],
  ])('for %j is %j (%s)', (release, command) => {
    expect(installCommand(release, ['java'])).toBe(command);
  });
});

describe('javaMajor', () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_292"', 8],
    ['no version here', undefined],
  ])('of %j is %s', (text, major) => {
    expect(javaMajor(text)).toBe(major);
  });
});
