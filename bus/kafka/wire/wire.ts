/**
 * Single requests of the Kafka protocol through @platformatic/kafka, for everything that is
 * neither consuming nor producing: kafkajs knows no topic ids, no read-committed end offsets,
 * no SCRAM users and no incremental settings, and one deleted topic poisons its metadata for all.
 * A connection lives as long as the wire; one that broke is replaced at the next call.
 * Errors are the client's own: callers map them (client-errors.ts).
 */
import {
  Connection,
  ConnectionStatuses,
  findCoordinatorV4,
  metadataV12,
  SASLMechanisms,
} from '@platformatic/kafka';
import { must } from '../../base/assert.ts';
import { CLIENT_LIMITS, type KafkaSettings } from '../settings.ts';

export type Wire = {
  /** Runs `ask` on a connection to any bootstrap broker, in the order they were named. */
  any<T>(ask: (connection: Connection) => Promise<T>): Promise<T>;
  /** Runs `ask` on a connection to this broker. */
  at<T>(address: Address, ask: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export type Address = { readonly host: string; readonly port: number };

export function createWire(settings: KafkaSettings): Wire {
  const connections = new Map<string, Promise<Connection>>();

  async function at<T>(address: Address, ask: (connection: Connection) => Promise<T>): Promise<T> {
    const key = `${address.host}:${address.port}`;
    const held = connections.get(key);
    const known = await held?.then(whenReady, () => undefined);
    if (known !== undefined) {
      try {
        return await ask(known);
      } catch (error) {
        // It may have broken while idle: a fresh one decides. Every request here may be repeated.
        if (!isNetwork(error)) throw error;
        drop(known);
      }
    }
    // Another call may have replaced it meanwhile.
    const newer = connections.get(key);
    const fresh = newer === undefined || newer === held ? open(settings, address) : newer;
    connections.set(key, fresh);
    return ask(await fresh);
  }

  async function any<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    const addresses = settings.brokers.map(parseAddress);
    for (const [index, address] of addresses.entries()) {
      try {
        return await at(address, ask);
      } catch (error) {
        if (index === addresses.length - 1 || !isNetwork(error)) throw error;
      }
    }
    throw new TypeError('no bootstrap broker was named');
  }

  return {
    any,
    at,
    async close() {
      const open = await Promise.allSettled(connections.values());
      connections.clear();
      await Promise.allSettled(
        open.filter((one) => one.status === 'fulfilled').map((one) => closed(one.value)),
      );
    },
  };
}

/** The cluster's own id, its controller and brokers, and the state of the named topics, or of all for null. */
export function metadata(wire: Wire, topics: readonly string[] | null) {
  return wire.any((connection) =>
    metadataV12.api.async(connection, topics && [...topics], false, false),
  );
}

/** Asks where the group's coordinator is; rejects with GROUP_AUTHORIZATION_FAILED where denied. */
export async function groupCoordinator(wire: Wire, group: string): Promise<Address> {
  const found = await wire.any((connection) =>
    findCoordinatorV4.api.async(connection, COORDINATES_GROUP, [group]),
  );
  return must(found.coordinators[0], 'one coordinator per group asked for');
}

const COORDINATES_GROUP = 0;

async function open(settings: KafkaSettings, { host, port }: Address): Promise<Connection> {
  const { clientId, user, password, tlsCa } = settings;
  const connection = new Connection(clientId, {
    connectTimeout: CLIENT_LIMITS.connectionTimeoutMs,
    requestTimeout: CLIENT_LIMITS.requestTimeoutMs,
    ...(tlsCa === undefined ? {} : { tls: { ca: tlsCa } }),
    ...(user === undefined
      ? {}
      : {
          sasl: {
            mechanism: SASLMechanisms.SCRAM_SHA_512,
            username: user,
            password: password ?? '',
          },
        }),
  });
  // Without a listener a connection that breaks between two calls would end the process.
  connection.on('error', () => {});
  await connection.connect(host, port);
  return connection;
}

/**
 * The connection while it can be used, else undefined. While it proves again who it is, it takes
 * no request: that is waited for, or every such moment would leave a connection behind.
 */
async function whenReady(connection: Connection): Promise<Connection | undefined> {
  const isBroken = connection.socket.destroyed;
  if (!isBroken && connection.status === ConnectionStatuses.REAUTHENTICATING) {
    await connection.ready().catch(() => undefined);
  }
  if (!isBroken && connection.isConnected()) return connection;
  drop(connection);
  return undefined;
}

function drop(connection: Connection): void {
  void closed(connection);
  connection.socket.destroy();
}

/** Of a connection that broke while it proved who it is, the client never tells an end. */
async function closed(connection: Connection): Promise<void> {
  const isBroken = connection.socket.destroyed;
  const end = connection.close().catch(() => undefined);
  if (!isBroken) await end;
}

function parseAddress(broker: string): Address {
  const at = broker.lastIndexOf(':');
  return { host: broker.slice(0, at), port: Number(broker.slice(at + 1)) };
}

function isNetwork(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'PLT_KFK_NETWORK';
}
