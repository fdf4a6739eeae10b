/** What the command reads from disk, what it leaves there, and how it ends. */
import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { isBusError, ProblemsError } from '../../bus/base/errors.ts';
import { silentLog } from '../../bus/base/log.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { gatherDeclarations } from '../../cli/apply/gather.ts';
import { cityFor, startCommand, type StartFlags } from '../../cli/dev/start-options.ts';
import { createInterrupts } from '../../cli/interrupts.ts';
import { keepStatusFile, readStatusFile } from '../../cli/live/status-file.ts';
import { noteCity, readCity } from '../../cli/stack/city.ts';
import { scratchFolder } from '../support/scratch.ts';

const scratch = scratchFolder();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(scratch, 'case-'));
});

async function put(path: string, content: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, content);
  return file;
}

describe('what -f means', () => {
  test('in folders source.yaml and view.yaml count at any depth, told apart by kind', async () => {
    const source = await put('connectors/police/source.yaml', 'kind: Source\n');
    const view = await put('consumers/a/b/view.yaml', 'kind: View\n');
    await put('connectors/police/other.yaml', 'kind: Other\n');
    await put('node_modules/x/view.yaml', 'kind: View\n');
    expect(await gatherDeclarations([folder])).toEqual({
      sourceFiles: [source],
      viewFiles: [view],
      agreementFiles: [],
    });
  });

  test('a file that is named is taken whatever it is called, once', async () => {
    const file = await put('mine.yml', 'kind: View\n');
    expect(await gatherDeclarations([file, file])).toEqual({
      sourceFiles: [],
      viewFiles: [file],
      agreementFiles: [],
    });
  });

  test('broken YAML goes by its name, so that its loader tells what is wrong', async () => {
    const file = await put('source.yaml', 'kind: [\n');
    expect((await gatherDeclarations([folder])).sourceFiles).toEqual([file]);
  });

  test('files of no known kind are all named', async () => {
    const files = [await put('a.yaml', 'kind: Pod\n'), await put('b.yaml', '')];
    const error = await gatherDeclarations(files).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemsError);
    expect((error as ProblemsError).problems.map(({ file }) => file)).toEqual(files);
  });

  test('an empty folder is an error, not nothing to do', async () => {
    await expect(gatherDeclarations([folder])).rejects.toSatisfy((error) =>
      isBusError(error, 'CLI_NOTHING_DECLARED'),
    );
  });
});

describe('the city of a home', () => {
  const flags = (...args: readonly string[]): StartFlags =>
    startCommand({ out: () => {}, err: () => {} })
      .parse(args, { from: 'user' })
      .opts<StartFlags>();

  test('a new home gets the figures asked for, or the usual ones', async () => {
    expect(await cityFor(folder, flags())).toEqual({ persons: 5_000, seed: 1 });
    expect(await cityFor(folder, flags('--persons', '10', '--seed', '7'))).toEqual({
      persons: 10,
      seed: 7,
    });
  });

  test('a home goes on with its city, and refuses another one unless fresh', async () => {
    await noteCity(folder, { persons: 10, seed: 7 });
    expect(await readCity(folder)).toEqual({ persons: 10, seed: 7 });
    expect(await cityFor(folder, flags())).toEqual({ persons: 10, seed: 7 });
    await expect(cityFor(folder, flags('--persons', '11'))).rejects.toSatisfy((error) =>
      isBusError(error, 'CLI_CITY_DIFFERS'),
    );
    expect(await cityFor(folder, flags('--fresh', '--persons', '11'))).toMatchObject({ seed: 1 });
  });

  test('--no-workload and --detach are understood', () => {
    expect(flags('--no-workload', '--detach')).toMatchObject({ workload: false, detach: true });
    expect(flags()).toMatchObject({ workload: true, detach: false, rate: 20 });
  });
});

describe('the status file', () => {
  test('is written at once, holds figures of this process, and ends with the signal', async () => {
    const file = join(folder, 'status.json');
    const end = new AbortController();
    const kept = keepStatusFile(file, {
      figures: () => ({ rows: 3 }),
      signal: end.signal,
      log: silentLog,
    });
    const status = await waitFor(() => readStatusFile(file), {
      what: 'the file',
      timeoutMs: 5_000,
    });
    expect(status).toMatchObject({ pid: process.pid, figures: { rows: 3 } });
    end.abort();
    await kept;
  });

  test('an unreadable file is no status', async () => {
    const file = await put('status.json', '{"pid": "x"}');
    expect(await readStatusFile(file)).toBeUndefined();
    expect(await readFile(file, 'utf8')).toContain('x');
  });
});

describe('signals', () => {
  function fakeProcess() {
    const exits: unknown[] = [];
    const emitter = new EventEmitter();
    const process = {
      on: emitter.on.bind(emitter),
      exit: (code?: number | string | null) => {
        exits.push(code);
        return undefined as never;
      },
    } as unknown as Pick<NodeJS.Process, 'on' | 'exit'>;
    return { exits, process, send: (signal: string) => emitter.emit(signal) };
  }

  test('a short command ends at once with 130', () => {
    const { exits, process, send } = fakeProcess();
    createInterrupts(process);
    send('SIGINT');
    expect(exits).toEqual([130]);
  });

  test('a long one is asked first, and ended by the second signal', () => {
    const { exits, process, send } = fakeProcess();
    const interrupts = createInterrupts(process);
    const signal = interrupts.graceful();
    send('SIGTERM');
    expect(signal.aborted).toBe(true);
    expect(interrupts.cause).toBe('SIGTERM');
    expect(exits).toEqual([]);
    send('SIGINT');
    expect(exits).toEqual([130]);
  });
});
