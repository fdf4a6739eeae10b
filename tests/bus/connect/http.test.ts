/** How answers of a worker become codes; the worker is a local server that says what the test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { messageOf } from '../../../bus/base/errors.ts';
import { createConnectCluster } from '../../../bus/connect/rest/rest-cluster.ts';

const PASSWORD = 'a word that must not be shown';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function worker(answer: Answer, limits: { readonly requestTimeoutMs?: number } = {}) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return createConnectCluster({
    url: `http://127.0.0.1:${port}/`,
    user: 'ops',
    password: PASSWORD,
    rebalanceMsMax: 600,
    ...limits,
  });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

test.each([
  { status: 401, message: 'no', code: 'CONNECT_UNAUTHORIZED', reason: 'wrong password' },
  { status: 403, message: 'no', code: 'CONNECT_UNAUTHORIZED', reason: 'no right' },
  { status: 400, message: 'bad', code: 'CONNECT_REFUSED', reason: 'a bad config' },
  { status: 422, message: 'bad', code: 'CONNECT_REFUSED', reason: 'a bad body' },
  { status: 500, message: 'broken', code: 'CONNECT_REFUSED', reason: 'a bug of the worker' },
  {
    status: 500,
    message: 'Request timed out',
    code: 'CONNECT_UNREACHABLE',
    reason: 'a busy worker',
  },
  { status: 503, message: 'starting', code: 'CONNECT_UNREACHABLE', reason: 'a starting worker' },
])('HTTP $status is $code for $reason', async ({ status, message, code }) => {
  const cluster = await worker((_, response) => json(response, status, { message }));
  await expect(cluster.list()).rejects.toMatchObject({ code });
});

test("a refusal carries the worker's own sentence", async () => {
  const cluster = await worker((_, response) => json(response, 400, { message: 'no such field' }));
  await expect(cluster.list()).rejects.toThrow('no such field');
});

test.each([
  { status: 409, message: 'Cannot complete request momentarily due to stale configuration' },
  { status: 500, message: 'Request cannot be completed because a rebalance is expected.' },
])('a rebalance told as HTTP $status is waited for', async ({ status, message }) => {
  let asked = 0;
  const cluster = await worker((_, response) => {
    if (++asked < 3) json(response, status, { message });
    else json(response, 200, {});
  });
  expect(await cluster.list()).toEqual([]);
  expect(asked).toBe(3);
});

test('a rebalance that does not end is an error', async () => {
  const cluster = await worker((_, response) => json(response, 409, { message: 'rebalancing' }));
  await expect(cluster.list()).rejects.toMatchObject({ code: 'CONNECT_REBALANCING' });
});

test('a worker that does not answer in time is unreachable', async () => {
  const cluster = await worker(() => {}, { requestTimeoutMs: 50 });
  await expect(cluster.list()).rejects.toMatchObject({ code: 'CONNECT_UNREACHABLE' });
});

test('nobody at the address is unreachable', async () => {
  const cluster = createConnectCluster({ url: 'http://127.0.0.1:1' });
  await expect(cluster.list()).rejects.toMatchObject({ code: 'CONNECT_UNREACHABLE' });
});

test.each([{ body: 'not json' }, { body: '[1]' }])(
  'an answer like $body is an error',
  async ({ body }) => {
    const cluster = await worker((_, response) => response.end(body));
    await expect(cluster.list()).rejects.toMatchObject({ name: 'BusError' });
  },
);

test('the password is sent as basic auth and is in no error', async () => {
  let sent: string | undefined;
  const cluster = await worker((request, response) => {
    sent = request.headers.authorization;
    json(response, 401, { message: 'User cannot access the resource.' });
  });
  const error: unknown = await cluster.list().catch((caught: unknown) => caught);
  expect(sent).toBe(`Basic ${Buffer.from(`ops:${PASSWORD}`).toString('base64')}`);
  const shown = `${messageOf(error)} ${JSON.stringify(error)} ${(error as Error).stack}`;
  expect(shown).toContain('CONNECT_UNAUTHORIZED');
  for (const secret of [PASSWORD, sent!]) expect(shown).not.toContain(secret);
});

test('names are encoded in the path', async () => {
  const paths: (string | undefined)[] = [];
  const cluster = await worker((request, response) => {
    paths.push(request.url);
    json(response, 404, {});
  });
  await cluster.statusOf('a/b c');
  expect(paths).toEqual(['/connectors/a%2Fb%20c/status']);
});

test('restart asks for the failed ones only, or for all, tasks included', async () => {
  const paths: (string | undefined)[] = [];
  const cluster = await worker((request, response) => {
    if (request.method === 'POST') paths.push(request.url);
    json(response, 200, {});
  });
  await cluster.restart('a', 'failed');
  await cluster.restart('a', 'all');
  expect(paths).toEqual([
    '/connectors/a/restart?includeTasks=true&onlyFailed=true',
    '/connectors/a/restart?includeTasks=true&onlyFailed=false',
  ]);
});
