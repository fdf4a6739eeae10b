/**
 * The whole way of shared rows on the real stack, with names of a test's own: a hub captured into
 * its view topics, a control database with a reconciler, a gateway and subscribers, each as the
 * user that it has in service, with that user's rights and no others.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { pairNames } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import type { Role, Verb } from '../../../bus/agreement/lifecycle/verbs.ts';
import type { Resource } from '../../../bus/agreement/resource.ts';
import { must } from '../../../bus/base/assert.ts';
import { newSecret } from '../../../bus/base/secrets.ts';
import { silentLog, type Log } from '../../../bus/base/log.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { act } from '../../../bus/control/act.ts';
import { readAgreement } from '../../../bus/control/record.ts';
import { controlLease } from '../../../bus/pair/gateway/control-lease.ts';
import {
  runGateway,
  type GatewayOptions,
  type RunningGateway,
} from '../../../bus/pair/gateway/gateway.ts';
import { hubCuts } from '../../../bus/pair/gateway/daily/cuts.ts';
import { hubMoments } from '../../../bus/pair/gateway/hub-moment.ts';
import { openKeyStore, type KeyStore } from '../../../bus/pair/key-store.ts';
import { pairTools } from '../../../bus/pair/pair-tools.ts';
import { readPurgeReceipts } from '../../../bus/pair/reconcile/purge.ts';
import { Reconciler } from '../../../bus/pair/reconcile/reconciler.ts';
import { sqlControl } from '../../../bus/pair/reconcile/sql-control.ts';
import { resourcesOf } from '../../../bus/pair/resources.ts';
import type { SqlDatabase, SqlEngine } from '../../../bus/sql/sql.ts';
import { runSubscriber, type RunningSubscriber } from '../../../bus/pair/subscriber/run.ts';
import { type CapturedHub, capturedHub } from '../../connectors/hub/captured-hub.ts';
import { pairRig, type PairRig } from '../agreements/rig.ts';
import type { TestStack } from '../env.ts';
import { controlRig, fileAgreement, type ControlRig } from '../lifecycle/control-world.ts';
import { PROVIDER, SUBSCRIBER } from '../lifecycle/sample-agreement.ts';
import { ownGatewayBus } from './own-gateway.ts';
import { PATIENCE_MS } from '../patience.ts';

export type Subscription = {
  readonly running: RunningSubscriber;
  readonly database: SqlDatabase;
  readonly databaseName: string;
  readonly engine: SqlEngine;
};

export type ChainRig = {
  readonly captured: CapturedHub;
  readonly pairs: PairRig;
  readonly controls: ControlRig;
  readonly keys: KeyStore;
  /** By the part of its id after the view's name. */
  resource(table: string): Resource;
  /** An agreement between the two organizations of tests, about one of the resources. */
  agreement(table: string, more: Partial<AgreementContent>): AgreementContent;
  /** Signed by everybody and in force. */
  conclude(content: AgreementContent): Promise<void>;
  decide(
    content: AgreementContent,
    verb: Verb,
    by: { readonly org: string; readonly role: Role },
  ): Promise<void>;
  stateOf(content: AgreementContent): Promise<string | undefined>;
  startGateway(
    options?: Partial<Pick<GatewayOptions, 'archiveLagMsMax' | 'hub' | 'tables'>>,
  ): Promise<RunningGateway>;
  subscribe(content: AgreementContent, engine: SqlEngine): Promise<Subscription>;
};

const party = (orgId: string) => ({ orgId, contact: [], signer: `${orgId}-1` });
const VALIDITY = {
  notBefore: '2026-01-01T00:00:00+08:00',
  notAfter: '2100-01-01T00:00:00+08:00',
  noticeDays: 30,
};

/** Hub, capture, control database and reconciler; gateways and subscribers start when asked. */
export async function chainRig(
  stack: TestStack,
  { log = silentLog }: { readonly log?: Log } = {},
): Promise<ChainRig> {
  const captured = await capturedHub(stack);
  const pairs = await pairRig(stack);
  const controls = await controlRig(stack, 'control');
  const keysFolder = await mkdtemp(join(tmpdir(), `${stack.prefix}-keys-`));
  stack.atEnd(() => rm(keysFolder, { recursive: true }));
  const keys = openKeyStore(keysFolder);
  const resources = sharedResources(captured);
  const hubUser = await gatewayOfHub(stack, resources);
  await startReconciler(stack, { pairs, controls, keys, resources, log });
  const control = controls.control();
  let serial = 0;
  const resource = (table: string): Resource =>
    must(
      resources.find(({ id }) => id.endsWith(`/${table}`)),
      'a resource',
    );
  const stateOf = async ({ id, version }: AgreementContent) =>
    (await readAgreement(controls.writer, id)).chain.lines.get(version)?.state;
  return {
    captured,
    pairs,
    controls,
    keys,
    resource,
    agreement: (table, more) =>
      pairs.agreement({
        provider: party(PROVIDER),
        subscriber: party(SUBSCRIBER),
        resource: { resourceId: resource(table).id, contractVersion: '^1.0.0' },
        validity: VALIDITY,
        ...more,
      }),
    async conclude(content) {
      await fileAgreement(controls, control, content);
      await waitFor(async () => (await stateOf(content)) === 'active', {
        what: 'the agreement in force',
        timeoutMs: PATIENCE_MS,
      });
    },
    async decide({ id, version, ...content }, verb, { org, role }) {
      const hash = contentHash({ id, version, ...content });
      const draft = { version, contentHash: hash, verb, org, role, reason: 'a test' };
      await act(control, { agreementId: id, key: controls.key(org), drafts: () => [draft] });
    },
    stateOf,
    async startGateway(options = {}) {
      const kafka = ownGatewayBus(await pairs.as(pairs.gateway.user), pairs.gateway);
      const gateway = await runGateway({
        kafka,
        group: pairs.gateway.group,
        leaseSource: controlLease(controls.reader),
        hub: hubMoments(hubUser),
        cuts: hubCuts(hubUser),
        isWorkingDay: () => true,
        tools: pairTools(keys),
        fetchSchema: (id) => pairs.registry.schemaById(id),
        log,
        ...options,
      });
      stack.atEnd(() => gateway.close());
      return gateway;
    },
    async subscribe({ id, delivery }, engine) {
      const role = engine === 'postgresql' ? 'registers' : 'subscribers';
      const { database: databaseName, sql: database } = await stack.newDatabase(
        role,
        `s${++serial}`,
      );
      const running = await runSubscriber({
        agreementId: id,
        table: delivery.table,
        delivery: delivery.mode,
        kafka: await pairs.as(pairNames(id).user),
        database,
        engine,
        fetchSchema: (schemaId) => pairs.registry.schemaById(schemaId),
        signingKey: controls.key(SUBSCRIBER),
        log,
        tryAgainMs: 500,
        // Who loses the right to its group cannot leave it, and its next member waits this long.
        sessionTimeoutMs: 6_000,
      });
      stack.atEnd(() => running.close());
      return { running, database, databaseName, engine };
    },
  };
}

function sharedResources({ view }: CapturedHub): Resource[] {
  const entry = (table: string) => ({
    id: `${view.name}/${table}`,
    description: 'Of a test.',
    provider: PROVIDER,
    sharingType: 'conditional' as const,
    contractVersion: '1.0.0',
  });
  return resourcesOf(view, { resources: [entry('person'), entry('car')] });
}

/** A user of the hub that may read the shared tables and nothing else. */
async function gatewayOfHub(
  stack: TestStack,
  resources: readonly Resource[],
): Promise<SqlDatabase> {
  const server = await stack.openSql('hub');
  const login = { user: `${stack.prefix}_gw`, password: newSecret() };
  const account = `'${login.user}'@'127.0.0.1'`;
  await server.execute(`CREATE USER ${account} IDENTIFIED BY '${login.password}'`);
  stack.atEnd(() => server.execute(`DROP USER IF EXISTS ${account}`));
  for (const { rows } of resources)
    await server.execute(`GRANT SELECT ON \`${rows.database}\`.\`${rows.table}\` TO ${account}`);
  return stack.openSql('hub', { as: login });
}

async function startReconciler(
  stack: TestStack,
  {
    pairs,
    controls,
    keys,
    resources,
    log,
  }: Pick<ChainRig, 'pairs' | 'controls' | 'keys'> & {
    readonly resources: readonly Resource[];
    readonly log: Log;
  },
): Promise<void> {
  const kafka = await stack.kafka();
  const producer = await kafka.producer();
  stack.atEnd(() => producer.close());
  const control = controls.control();
  const { gateway, admin, registry, plan } = pairs;
  const reconciler = new Reconciler({
    control: sqlControl(control, {
      key: controls.key('CIVICBUS'),
      send: (topic, records) => producer.send(topic, records),
      lifecycleTopic: gateway.lifecycleTopic,
    }),
    ports: { admin, registry, ensureKey: (scope) => keys.ensureKey(scope) },
    wanted: {
      resources: new Map(resources.map((one) => [one.id, one])),
      replication: 1,
      gateway,
    },
    plan,
    purgeReceipts: (lines) => readPurgeReceipts(lines, { kafka, publicKeys: control.publicKeys }),
    log,
  });
  const ending = new AbortController();
  const running = reconciler.run(ending.signal);
  stack.atEnd(async () => {
    ending.abort();
    await running;
  });
}
