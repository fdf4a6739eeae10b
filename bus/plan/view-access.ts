/**
 * What a view's consumer may do on the broker: read exactly its topics, in a group of its own
 * name. Shaped as a desired state, so that it is planned and applied like a source.
 */
import { join } from 'node:path';
import type { AclRule } from '../kafka/kafka.ts';
import { viewGroup } from '../view/view.ts';
import type { Desired } from './plan.ts';

export type ViewAccess = {
  readonly user: string;
  readonly group: string;
  readonly acls: readonly AclRule[];
};

/** The user, group and rights of the consumer of `view`, which reads `topics`. */
export function viewAccess({
  view,
  topics,
}: {
  readonly view: string;
  readonly topics: readonly string[];
}): ViewAccess {
  const user = viewGroup(view);
  const read = (resource: AclRule['resource'], name: string): AclRule => ({
    principal: `User:${user}`,
    resource,
    name,
    match: 'literal',
    operation: 'read',
  });
  const acls = [...topics.map((topic) => read('topic', topic)), read('group', user)];
  return { user, group: user, acls };
}

/** The same as a desired state; the user's password is made in `secretsFolder` when absent. */
export function desiredViewAccess({
  view,
  topics,
  secretsFolder,
}: {
  readonly view: string;
  readonly topics: readonly string[];
  readonly secretsFolder: string;
}): Desired {
  const { user, acls } = viewAccess({ view, topics });
  return {
    scope: [`view/${view}`],
    topics: [],
    users: [{ name: user, passwordFile: userPasswordFile(secretsFolder, user) }],
    secretFiles: [],
    acls,
    connectors: [],
  };
}

/** Where the password of a Kafka user of ours is kept. */
export function userPasswordFile(secretsFolder: string, user: string): string {
  return join(secretsFolder, 'kafka-users', `${user}.password`);
}
