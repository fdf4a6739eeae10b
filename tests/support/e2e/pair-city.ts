/**
 * Sharing pairs of a live city beside its own three: proposed, signed and filed through the commands
 * that a person would type, with a subscriber's place on MariaDB or PostgreSQL. Everything that a
 * command says is kept, so that a test can search it.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { pairNames } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { EXIT } from '../../../bus/base/codes/code.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { CONTROL_DATABASE } from '../../../bus/control/migrations.ts';
import { PROGRESS_TABLE } from '../../../bus/pair/subscriber/tables.ts';
import { ensurePassword } from '../../../bus/plan/secret-files.ts';
import { userPasswordFile } from '../../../bus/plan/view-access.ts';
import type { SqlDatabase, SqlEngine } from '../../../bus/sql/sql.ts';
import { contentIn } from '../../../cli/agreements/desk.ts';
import type { ServerName } from '../../../cli/stack/access.ts';
import { orgKeyPath } from '../../../cli/stack/control.ts';
import { installSubscriberDatabase } from '../../../consumers/subscriber/install.ts';
import { PROJECT, type Finished, type LiveCity } from '../../e2e/live-city.ts';

const PATIENCE_MS = 300_000;
/** Something that the command needs does not answer. */
const AWAY: ReadonlySet<number | null> = new Set([EXIT.failed, EXIT.unreachable, EXIT.timedOut]);

/** A copy and where it stands. */
export type Copy = {
  readonly id: string;
  readonly name: string;
  readonly table: string;
  readonly engine: SqlEngine;
  readonly database: SqlDatabase;
};

export type OwnAgreement = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly subscriber: string;
  readonly delivery: { readonly mode: 'realtime' | 'daily'; readonly table: string };
};

type Field = string | { readonly name: string; readonly mask: Readonly<Record<string, unknown>> };

/** What differs from an agreement of the city. */
export type Changes = {
  readonly name: string;
  readonly version: string;
  readonly id?: string;
  readonly subscriber: string;
  readonly resource: string;
  readonly fields: readonly Field[];
  readonly rows?: string;
  readonly delivery: OwnAgreement['delivery'] & Readonly<Record<string, unknown>>;
  readonly supersedes?: { readonly version: string; readonly contentHash: string };
};

/** The commands of one city; what they say is kept. */
export class Clerk {
  readonly said: string[] = [];
  readonly #city: LiveCity;

  constructor(city: LiveCity) {
    this.#city = city;
  }

  /** Runs a command; its exit is the caller's to judge. */
  async run(...args: readonly string[]): Promise<Finished> {
    const ran = await this.#city.civicbus(...args);
    this.said.push(ran.stdout, ran.stderr);
    return ran;
  }

  /** Runs a command until it succeeds: the broker or a database may be away. */
  async insist(...args: readonly string[]): Promise<string> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const { exit, stdout, stderr } = await this.run(...args);
      if (exit === EXIT.ok) return stdout;
      if (!AWAY.has(exit) || Date.now() > deadlineMs)
        throw new Error(`civicbus ${args.join(' ')} ended with ${exit}:\n${stderr}`);
    }
  }

  /** From a file to what the bus takes over. */
  async conclude({ file, name, version, subscriber }: OwnAgreement): Promise<void> {
    const one = `${name}@${version}`;
    await this.insist('submit', 'agreement', '-f', file);
    await this.insist('approve', 'agreement', one);
    await this.insist('sign', 'agreement', one, '--as', subscriber);
    await this.insist('sign', 'agreement', one, '--as', 'BJ-ZJW');
    await this.insist('file', 'agreement', one, '--number', `${name}/${version}`);
  }
}

/** Writes agreement.yaml as a variation of the construction commission's agreement with local tax. */
export async function writeAgreement(home: string, changes: Changes): Promise<OwnAgreement> {
  const { name, version, id = randomUUID(), subscriber, resource, fields, rows } = changes;
  const model = parse(
    await readFile(
      join(PROJECT, 'agreements', 'housing-sales-to-local-tax', 'agreement.yaml'),
      'utf8',
    ),
  ) as Record<string, Record<string, unknown>>;
  const { supersedes, delivery } = changes;
  const document = {
    ...model,
    id,
    name,
    version,
    ...(supersedes ? { supersedes } : {}),
    subscriber: { orgId: subscriber, signer: `${subscriber}-1` },
    resource: { resourceId: resource, contractVersion: '1.x' },
    scope: {
      fields: fields.map((field, at) => ({
        ...(typeof field === 'string' ? { name: field } : field),
        ...(at === 0 ? { required: true } : {}),
      })),
      ...(rows === undefined ? {} : { rows }),
    },
    delivery,
    ...(delivery.mode === 'daily'
      ? { slaProperties: [{ property: 'latency', value: 1, unit: 'd' }] }
      : {}),
  };
  const folder = join(home, 'more-agreements', `${name}-${version}`);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'agreement.yaml');
  // JSON: what looks like a number must stay in quotes.
  await writeFile(file, JSON.stringify(document, null, 2));
  return { id, name, version, file, subscriber, delivery };
}

/** As the next version names it. */
export async function supersededBy({
  file,
  version,
}: OwnAgreement): Promise<NonNullable<Changes['supersedes']>> {
  return { version, contentHash: contentHash(await contentIn(file)) };
}

/** Resolves when `version` of the agreement is `state`. */
export async function untilState(
  { access }: LiveCity,
  { id, version }: Pick<OwnAgreement, 'id' | 'version'>,
  state: string,
): Promise<void> {
  const hub = await access.root('hub');
  await waitFor(
    async () => {
      const [row] = await hub.query<{ state: string }>(
        `SELECT state FROM ${CONTROL_DATABASE}.agreement_state WHERE agreement_id = ? AND version = ?`,
        [id, version],
      );
      return row?.state === state;
    },
    { what: `version ${version} to be ${state}`, timeoutMs: PATIENCE_MS, intervalMs: 100 },
  );
}

/** Makes a place for the copy of a deployed agreement on `server`, and its subscriber.yaml. */
export async function makePlace(
  { access, home }: LiveCity,
  { id, name, subscriber, delivery }: OwnAgreement,
  server: Extract<ServerName, 'subscribers' | 'registers'>,
): Promise<{ readonly copy: Copy; readonly configFile: string }> {
  const place = name.replaceAll('-', '_');
  const passwordFile = join(access.secretsFolder, 'subscribers', `${place}.password`);
  const password = await ensurePassword(passwordFile);
  const target = await access.rootTarget(server);
  await installSubscriberDatabase(target, { database: place, user: place, password });
  const { kafka, registry } = access.endpoints;
  const { engine, host, port } = access.address(server);
  const folder = join(home, 'subscribers', name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, 'subscriber.yaml');
  const database = { engine, host, port, user: place, passwordFile, name: place };
  await writeFile(
    configFile,
    stringify({
      kind: 'Subscriber',
      agreement: id,
      delivery: delivery.mode,
      kafka: {
        brokers: kafka.brokers,
        passwordFile: userPasswordFile(access.secretsFolder, pairNames(id).user),
      },
      registry: { url: registry.url, ...registry.reader },
      database: { ...database, table: delivery.table },
      signing: { keyFile: orgKeyPath(access, subscriber) },
    }),
  );
  const opened =
    server === 'registers'
      ? await access.registers(place)
      : access.open({ ...target, database: place });
  return { copy: { id, name, table: delivery.table, engine, database: opened }, configFile };
}

/** How far all copies together have read their topics. */
export async function appliedBy(copies: readonly Copy[]): Promise<number> {
  const sums = await Promise.all(
    copies.map(async ({ database }) => {
      const [row] = await database.query<{ applied: string | number | null }>(
        `SELECT SUM(next_offset) AS applied FROM ${PROGRESS_TABLE}`,
      );
      return Number(row?.applied ?? 0);
    }),
  );
  return sums.reduce((sum, one) => sum + one, 0);
}
