/** A control database of its own on the shared hub, with keys of invented organizations. */
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { signEvent } from '../../../bus/agreement/lifecycle/event.ts';
import type { Chain } from '../../../bus/agreement/lifecycle/fold.ts';
import { BUS_ORG, type SignedEvent } from '../../../bus/agreement/lifecycle/verbs.ts';
import {
  newSigningKey,
  publicKeyOf,
  type OrgSigningKey,
} from '../../../bus/agreement/signature/keys.ts';
import { isBusError } from '../../../bus/base/errors.ts';
import { newSecret } from '../../../bus/base/secrets.ts';
import { act } from '../../../bus/control/act.ts';
import { appendEvents } from '../../../bus/control/append.ts';
import type { Control, ControlChecks } from '../../../bus/control/control.ts';
import { putDeployment } from '../../../bus/control/deployments.ts';
import { installControl } from '../../../bus/control/install.ts';
import { readRecord, type AgreementRecord } from '../../../bus/control/record.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import type { TestStack } from '../env.ts';
import { eventsOf, everyDay, keyOf } from './pure-world.ts';
import {
  AUTHORITY,
  keyIdsOf,
  PROVIDER,
  SAMPLE_ID,
  STRANGER,
  SUBSCRIBER,
} from './sample-agreement.ts';
import { WALK_BEGINS_MS, type Attempt, type LifecycleWorld } from './walk.ts';
import { dropUser } from '../drop-user.ts';

export type ControlRig = {
  readonly database: string;
  /** As the user that commands and reconciler have. */
  readonly writer: SqlDatabase;
  /** As the gateway's user. */
  readonly reader: SqlDatabase;
  /** As the administrator of the server. */
  readonly root: SqlDatabase;
  /** By key id: of every organization the one that the sample names, and another. */
  readonly keys: ReadonlyMap<string, OrgSigningKey>;
  /** The one that the sample names. */
  key(org: string): OrgSigningKey;
  control(options?: {
    readonly nowMs?: () => number;
    readonly checks?: Partial<ControlChecks>;
  }): Control;
};

export async function controlRig(stack: TestStack, name: string): Promise<ControlRig> {
  const database = `${stack.prefix}_${name}`;
  const { host, port, root } = stack.endpoints.databases.hub;
  const server = await stack.openSql('hub');
  const users = [`${stack.prefix}_${name}_w`, `${stack.prefix}_${name}_r`] as const;
  const [writer, reader] = users.map((user) => ({ user, password: newSecret() })) as [Login, Login];
  stack.atEnd(async () => {
    await server.execute(`DROP DATABASE IF EXISTS \`${database}\``);
    for (const user of users) await dropUser(server, user);
  });
  const administrator = { host, port, user: root.user, password: await stack.password(root) };
  await installControl({ administrator, writer, reader, database });
  const orgs = [SUBSCRIBER, PROVIDER, AUTHORITY, BUS_ORG, STRANGER];
  const keys = new Map(
    await Promise.all(
      orgs
        .flatMap((org) => Object.values(keyIdsOf(org)).map((kid) => ({ org, kid })))
        .map(async ({ org, kid }) => [kid, await newSigningKey(org, kid)] as const),
    ),
  );
  const db = await stack.openSql('hub', { database, as: writer });
  const key = (org: string) => keys.get(keyIdsOf(org).named)!;
  return {
    database,
    writer: db,
    reader: await stack.openSql('hub', { database, as: reader }),
    root: await stack.openSql('hub', { database }),
    keys,
    key,
    control: ({ nowMs = () => Date.now(), checks = {} } = {}) => ({
      db,
      authority: AUTHORITY,
      publicKeys: [...keys.values()].map(publicKeyOf),
      addWorkingDays: everyDay,
      clock: { now: nowMs, sleep: () => Promise.resolve() },
      checks: {
        lint: async () => [],
        sharingOf: () => 'conditional',
        isAuditWritable: async () => true,
        ...checks,
      },
    }),
  };
}

type Login = { readonly user: string; readonly password: string };

/** Enough of a compiled pair for a store that only keeps it. */
export function keptPair(content: AgreementContent): CompiledPair {
  return { agreement: { id: content.id, version: content.version } } as unknown as CompiledPair;
}

/** Everything that both parties and the authority do until an agreement is filed. */
export async function fileAgreement(
  rig: ControlRig,
  control: Control,
  content: AgreementContent,
): Promise<AgreementRecord> {
  const hash = contentHash(content);
  const line = { version: content.version, contentHash: hash };
  const steps = [
    { verb: 'create', org: SUBSCRIBER, role: 'subscriber' },
    { verb: 'submit', org: SUBSCRIBER, role: 'subscriber' },
    { verb: 'approve', org: AUTHORITY, role: 'authority' },
    { verb: 'sign', org: SUBSCRIBER, role: 'subscriber' },
    { verb: 'sign', org: PROVIDER, role: 'provider' },
    { verb: 'file', org: AUTHORITY, role: 'authority' },
  ] as const;
  let record: AgreementRecord | undefined;
  for (const { verb, org, role } of steps) {
    const data = verb === 'file' ? { number: `${content.id}-${content.version}` } : {};
    record = await act(control, {
      agreementId: content.id,
      documents: [content],
      key: rig.key(org),
      drafts: () => [{ ...line, verb, org, role, data }],
    });
  }
  return record!;
}

export async function deploy(
  control: Control,
  content: AgreementContent,
  generation = 1,
): Promise<void> {
  await putDeployment(control.db, {
    agreementId: content.id,
    version: content.version,
    contentHash: contentHash(content),
    pair: keptPair(content),
    keySchemaId: 1,
    valueSchemaId: 2,
    generation,
  });
}

/** The real store as a world to walk in. */
export class ControlWorld implements LifecycleWorld {
  nowMs = WALK_BEGINS_MS;
  readonly #rig: ControlRig;
  #attempt: Attempt | undefined;

  constructor(rig: ControlRig) {
    this.#rig = rig;
  }

  async attempt(attempt: Attempt): Promise<boolean> {
    this.#attempt = attempt;
    const { content, role, verb, org, deployed, rowsLeft } = attempt;
    const control = this.#control();
    // Whatever is deployed for this version, it is not this content unless the attempt says so.
    const hash = deployed ? attempt.contentHash : '$1$other';
    await putDeployment(control.db, {
      agreementId: SAMPLE_ID,
      version: content.version,
      contentHash: hash,
      pair: keptPair(content),
      keySchemaId: 1,
      valueSchemaId: 2,
      generation: 1,
    });
    const chain = await this.chain();
    const signer = role === 'bus' && verb === 'activate' ? BUS_ORG : org;
    const events = await eventsOf(
      attempt,
      { chain: attempt.stale ? { ...chain, head: 'another' } : chain, nowMs: this.nowMs },
      (event) => signEvent(event, this.#rig.keys.get(keyOf(attempt, signer))!),
    );
    try {
      await appendEvents(control, {
        agreementId: SAMPLE_ID,
        events,
        documents: [content],
        ...(rowsLeft === undefined ? {} : { receipt: { rowsLeft } }),
      });
      return true;
    } catch (error) {
      if (isBusError(error) && error.code.startsWith('LIFECYCLE_')) return false;
      throw error;
    }
  }

  async events(): Promise<readonly SignedEvent[]> {
    return (await this.#record()).events;
  }

  async chain(): Promise<Chain> {
    return (await this.#record()).chain;
  }

  async contents(): Promise<AgreementRecord['contents']> {
    return (await this.#record()).contents;
  }

  #record(): Promise<AgreementRecord> {
    return readRecord(this.#rig.writer, { agreementId: SAMPLE_ID, name: '' });
  }

  #control(): Control {
    return this.#rig.control({
      nowMs: () => this.nowMs,
      checks: {
        lint: async () => (this.#attempt?.clean ? [] : ['AGR001 something is missing']),
        isAuditWritable: async () => this.#attempt?.auditWritable ?? true,
      },
    });
  }
}
