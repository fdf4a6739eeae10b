import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { choosePorts, isFree } from '../../../infra/native/ports.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = scratchFolder();
const servers: Server[] = [];
let files = 0;
const newFile = () => join(folder, `ports-${files++}.json`);

afterEach(async () => {
  for (const server of servers.splice(0)) {
    await new Promise((closed) => server.close(closed));
  }
});

function occupy(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    servers.push(server);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

describe('choosePorts', () => {
  test('gives every name a free port of its own below the range of outgoing connections', async () => {
    const ports = await choosePorts({ file: newFile(), names: ['a', 'b', 'c'] });
    const chosen = Object.values(ports);
    expect(new Set(chosen).size).toBe(3);
    for (const port of chosen) {
      expect(port).toBeGreaterThanOrEqual(20_000);
      expect(port).toBeLessThan(32_768);
      expect(await isFree(port)).toBe(true);
    }
  });

  test('gives the same ports at the next start', async () => {
    const file = newFile();
    const first = await choosePorts({ file, names: ['a', 'b'] });
    expect(await choosePorts({ file, names: ['a', 'b'] })).toEqual(first);
  });

  test('replaces only a remembered port that is taken meanwhile, and remembers the new one', async () => {
    const file = newFile();
    const first = await choosePorts({ file, names: ['a', 'b'] });
    await occupy(first.a);
    const second = await choosePorts({ file, names: ['a', 'b'] });
    expect(second.a).not.toBe(first.a);
    expect(second.b).toBe(first.b);
    expect(await choosePorts({ file, names: ['a', 'b'] })).toEqual(second);
  });

  test('never replaces a port that was asked for by name', async () => {
    const port = await occupy(0);
    const request = { file: newFile(), names: ['kafka'] as const, wanted: { kafka: port } };
    await expect(choosePorts(request)).rejects.toMatchObject({
      code: 'STACK_PORT_TAKEN',
      message: `Port ${port} for kafka is taken by another program.`,
    });
  });

  test('starts anew when the file is damaged', async () => {
    const file = newFile();
    writeFileSync(file, '{"a": "not a port"');
    expect((await choosePorts({ file, names: ['a'] })).a).toBeGreaterThan(0);
  });

  test('gives up after a named number of tries', async () => {
    const taken = await choosePorts({ file: newFile(), names: ['x'] });
    await occupy(taken.x);
    const always = (taken.x - 20_000 + 0.5) / (32_000 - 20_000);
    const request = { file: newFile(), names: ['x'] as const, random: () => always };
    await expect(choosePorts(request)).rejects.toMatchObject({ code: 'STACK_NO_FREE_PORT' });
  });
});
