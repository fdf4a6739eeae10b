/** The reconciler with the real broker, registry and control database: from a filed agreement to its end. */
import { describe, expect, test } from 'vitest';
import { type AgreementContent, pairNames } from '../../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import type { Role, Verb } from '../../../../bus/agreement/lifecycle/verbs.ts';
import { signStatement } from '../../../../bus/agreement/signature/signature.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { waitFor } from '../../../../bus/base/retry.ts';
import { act } from '../../../../bus/control/act.ts';
import { readDrift } from '../../../../bus/control/drift.ts';
import { readPairs } from '../../../../bus/control/pairs.ts';
import { readAgreement } from '../../../../bus/control/record.ts';
import type { LogReader } from '../../../../bus/kafka/kafka.ts';
import { readPurgeReceipts } from '../../../../bus/pair/reconcile/purge.ts';
import { Reconciler } from '../../../../bus/pair/reconcile/reconciler.ts';
import { sqlControl } from '../../../../bus/pair/reconcile/sql-control.ts';
import { type Receipt, sendReceipt } from '../../../../bus/pair/subscriber/receipts.ts';
import { pairRig } from '../../../support/agreements/rig.ts';
import { testStack } from '../../../support/env.ts';
import { controlRig, fileAgreement } from '../../../support/lifecycle/control-world.ts';
import { AUTHORITY, PROVIDER, SUBSCRIBER } from '../../../support/lifecycle/sample-agreement.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const stack = await testStack('reconcile');
const rig = await pairRig(stack);
const controls = await controlRig(stack, 'control');
const control = controls.control();
const kafka = await stack.kafka();
const producer = await kafka.producer();
stack.atEnd(() => producer.close());

const resource = { ...rig.resource, provider: PROVIDER };
const party = (orgId: string) => ({ orgId, contact: [], signer: `${orgId}-1` });
const agreement = () => rig.agreement({ provider: party(PROVIDER), subscriber: party(SUBSCRIBER) });

const reconciler = new Reconciler({
  control: sqlControl(control, {
    key: controls.key('CIVICBUS'),
    send: (topic, records) => producer.send(topic, records),
    lifecycleTopic: rig.gateway.lifecycleTopic,
  }),
  ports: { admin: rig.admin, registry: rig.registry, ensureKey: async () => true },
  wanted: { resources: new Map([[resource.id, resource]]), replication: 1, gateway: rig.gateway },
  plan: rig.plan,
  purgeReceipts: (lines) => readPurgeReceipts(lines, { kafka, publicKeys: control.publicKeys }),
  log: silentLog,
});
const ending = new AbortController();
const running = reconciler.run(ending.signal);
stack.atEnd(async () => {
  ending.abort();
  await running;
});

function until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
  return waitFor(probe, { what, timeoutMs: PATIENCE_MS, intervalMs: 20 });
}

async function stateOf({ id, version }: AgreementContent): Promise<string | undefined> {
  return (await readAgreement(controls.writer, id)).chain.lines.get(version)?.state;
}

async function comesIntoForce(content: AgreementContent): Promise<void> {
  await fileAgreement(controls, control, content);
  await until('the agreement in force', async () => (await stateOf(content)) === 'active');
}

async function decide(
  content: AgreementContent,
  verb: Verb,
  { org, role }: { readonly org: string; readonly role: Role },
): Promise<void> {
  const { id, version } = content;
  const draft = { version, contentHash: contentHash(content), verb, org, role, reason: 'a test' };
  await act(control, { agreementId: id, key: controls.key(org), drafts: () => [draft] });
}

async function readerOf({ id }: AgreementContent): Promise<() => Promise<string>> {
  const { user, topic } = pairNames(id);
  const reader: LogReader = await (await rig.as(user)).reader();
  stack.atEnd(() => reader.close());
  return async () => {
    const [range] = await reader.fetch([{ topic, partition: 0, offset: 0n }], { waitMs: 0 });
    return range?.fault ?? 'ok';
  };
}

async function purgeReceipt(content: AgreementContent, org: string): Promise<Receipt> {
  const hash = contentHash(content);
  const statement = {
    id: content.id,
    contentHash: hash,
    verb: 'confirm-purge' as const,
    previousEventHash: null,
    time: new Date().toISOString(),
    org,
    rowsDeleted: 3,
    tables: [content.delivery.table],
  };
  const jws = await signStatement(statement, controls.key(org));
  return {
    agreement: content.id,
    contentHash: hash,
    state: 'purged',
    fault: null,
    generation: 1,
    appliedVersion: null,
    appliedSourceTimeMs: null,
    rows: 0,
    offsets: [],
    at: new Date().toISOString(),
    purge: { statement, jws },
  };
}

const AUTHORITY_ACTS = { org: AUTHORITY, role: 'authority' } as const;

describe('the reconciler', () => {
  test('makes, deploys and activates what was filed, and gateways see it', async () => {
    const content = agreement();
    await comesIntoForce(content);
    const { pairs } = await readPairs(controls.reader);
    const pair = pairs.find(({ agreementId }) => agreementId === content.id);
    expect(pair).toMatchObject({ state: 'active', generation: 1 });
    expect(pair?.pair.topic.name).toBe(pairNames(content.id).topic);
    expect(await rig.registry.schemaById(pair!.valueSchemaId)).toEqual(
      JSON.parse(pair!.pair.valueSchema),
    );
    const read = await readerOf(content);
    await until('the subscriber to read', async () => (await read()) === 'ok');
  });

  test('takes READ away within two seconds of a suspension, on a busy machine, and gives it back', async () => {
    const content = agreement();
    await comesIntoForce(content);
    const read = await readerOf(content);
    await until('the subscriber to read', async () => (await read()) === 'ok');
    await decide(content, 'suspend', AUTHORITY_ACTS);
    const decidedAt = Date.now();
    await until('the right to be gone', async () => (await read()) === 'denied');
    expect(Date.now() - decidedAt).toBeLessThan(2_000);
    await decide(content, 'resume', AUTHORITY_ACTS);
    await until('the right to be back', async () => (await read()) === 'ok');
  });

  test('repairs what was changed by hand and writes it down', async () => {
    const content = agreement();
    await comesIntoForce(content);
    const read = await readerOf(content);
    await until('the subscriber to read', async () => (await read()) === 'ok');
    await until('nothing left to do', async () => reconciler.isSettled);
    const { topic, user } = pairNames(content.id);
    await rig.admin.setTopicConfigs([{ name: topic, config: { 'retention.ms': '60000' } }]);
    const stranger = {
      principal: `User:${stack.prefix}stranger`,
      resource: 'topic',
      name: topic,
      match: 'literal',
      operation: 'all',
    } as const;
    await rig.admin.createAcls([stranger]);
    await rig.admin.deleteUsers([user]);
    // A topic's settings are compared every quarter of a minute.
    const noted = await until('the notes', async () => {
      const notes = (await readDrift(controls.writer, { limit: 50 })).filter(
        ({ agreementId }) => agreementId === content.id,
      );
      return notes.length >= 3 && notes;
    });
    expect(noted.map(({ kind, detail }) => `${kind}: ${detail}`).toSorted()).toEqual([
      'grant: was there without an agreement; removed',
      'topic: was changed; set back; retention.ms: 60000 -> 1209600000',
      'user: was missing; made again',
    ]);
    expect(await rig.admin.listUsers()).toContain(user);
    expect(await rig.admin.listAcls(stranger.principal)).toEqual([]);
  });

  test('begins clearing what was revoked, and the subscriber may read the end', async () => {
    const content = agreement();
    await comesIntoForce(content);
    await decide(content, 'revoke', { org: PROVIDER, role: 'provider' });
    await until('the purge to begin', async () => (await stateOf(content)) === 'purging');
    const read = await readerOf(content);
    await until('the subscriber to read the end', async () => (await read()) === 'ok');
    const { events } = await readAgreement(controls.writer, content.id);
    expect(events.slice(-2).map(({ verb, org }) => `${verb} ${org}`)).toEqual([
      `revoke ${PROVIDER}`,
      'purge CIVICBUS',
    ]);
  });

  test('closes what the subscriber has cleared, by its own signature only', async () => {
    const content = agreement();
    await comesIntoForce(content);
    await decide(content, 'revoke', { org: PROVIDER, role: 'provider' });
    await until('the purge to begin', async () => (await stateOf(content)) === 'purging');
    const names = pairNames(content.id);
    const subscriber = await (await rig.as(names.user)).producer();
    stack.atEnd(() => subscriber.close());
    await sendReceipt(subscriber, await purgeReceipt(content, PROVIDER));
    await expect(
      waitFor(async () => (await stateOf(content)) === 'closed', {
        what: 'a close by a foreign signature',
        timeoutMs: 4_000,
      }),
    ).rejects.toMatchObject({ code: 'BUS_TIMEOUT' });
    await sendReceipt(subscriber, await purgeReceipt(content, SUBSCRIBER));
    await until('the agreement closed', async () => (await stateOf(content)) === 'closed');
    await until('the user gone', async () => !(await rig.admin.listUsers()).includes(names.user));
    expect(await rig.admin.listAcls(`User:${names.user}`)).toEqual([]);
  });

  test('brings a new version into force in the place of the old one', async () => {
    const first = agreement();
    await comesIntoForce(first);
    const second = {
      ...first,
      version: '3.0.0',
      supersedes: { version: first.version, contentHash: contentHash(first) },
      scope: { ...first.scope, rows: "row.project_number != ''" },
    };
    await comesIntoForce(second);
    expect(await stateOf(first)).toBe('superseded');
    const { pairs } = await readPairs(controls.reader);
    const now = pairs.filter(({ agreementId }) => agreementId === first.id);
    expect(now).toMatchObject([{ version: '3.0.0', generation: 2 }]);
  });

  test('takes every right away from a state that nobody signed', async () => {
    const content = agreement();
    await comesIntoForce(content);
    const { topic, user } = pairNames(content.id);
    await decide(content, 'suspend', AUTHORITY_ACTS);
    await until('nothing left to do', async () => reconciler.isSettled);
    await controls.root.execute(
      "UPDATE agreement_state SET state = 'active', since_ms = since_ms + 1 WHERE agreement_id = ?",
      [content.id],
    );
    await controls.root.execute('UPDATE control_version SET version = version + 1');
    const rights = async () => (await rig.admin.listAcls()).filter(({ name }) => name === topic);
    await until('the gateway’s right to be gone', async () => (await rights()).length === 0);
    expect(await rig.admin.listUsers()).toContain(user);
    await controls.root.execute(
      "UPDATE agreement_state SET state = 'suspended', since_ms = since_ms - 1 WHERE agreement_id = ?",
      [content.id],
    );
    await controls.root.execute('UPDATE control_version SET version = version + 1');
    await until('the gateway’s right to be back', async () => (await rights()).length === 1);
  });

  test('publishes every event in the order of commits', async () => {
    const rows = await controls.writer.query<{ payload: string }>(
      'SELECT payload FROM agreement_event ORDER BY seq',
    );
    const reader = await kafka.reader();
    stack.atEnd(() => reader.close());
    const topic = rig.gateway.lifecycleTopic;
    const records = await until('the events on the topic', async () => {
      const [range] = await reader.fetch([{ topic, partition: 0, offset: 0n }], { waitMs: 0 });
      return range && range.records.length >= rows.length && range.records;
    });
    expect(records.map(({ value }) => value?.toString('utf8'))).toEqual(
      rows.map(({ payload }) => payload),
    );
  });
});
