/** Where sources are applied to: addresses and secret files of one running stack. */
import { join } from 'node:path';
import type { StackEndpoints } from '../infra/stack.ts';

export type SourceContext = {
  /** Named database servers, as `connection.server` of a source says them. */
  readonly servers: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  readonly kafka: {
    readonly bootstrapServers: string;
    readonly securityProtocol: 'SASL_PLAINTEXT' | 'SASL_SSL';
  };
  readonly connect: {
    readonly groupId: string;
    /** Only files in here can be read by connectors. */
    readonly secretsFolder: string;
  };
  readonly registry: {
    readonly nativeUrl: string;
    readonly user: string;
    readonly passwordFile: string;
  };
  /** Passwords of capture users and of Kafka users; no connector can read these files. */
  readonly secretsFolder: string;
};

/** The context that a running stack gives. */
export function contextOf(endpoints: StackEndpoints): SourceContext {
  return {
    servers: { ...endpoints.databases, ...endpoints.postgres },
    kafka: {
      bootstrapServers: endpoints.kafka.brokers.join(','),
      securityProtocol: 'SASL_PLAINTEXT',
    },
    connect: {
      groupId: endpoints.connect.groupId,
      secretsFolder: endpoints.connect.secretsFolder,
    },
    registry: {
      nativeUrl: endpoints.registry.nativeUrl,
      user: endpoints.registry.developer.user,
      passwordFile: endpoints.registry.developer.passwordFile,
    },
    secretsFolder: join(endpoints.home, 'secrets'),
  };
}
