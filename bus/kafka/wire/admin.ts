/** The KafkaAdmin of the port: the calls of this folder on one wire, with their errors mapped. */
import { must } from '../../base/assert.ts';
import { mapped } from '../client-errors.ts';
import type { KafkaAdmin } from '../kafka.ts';
import type { KafkaSettings } from '../settings.ts';
import { createAcls, deleteAcls, listAcls } from './acls.ts';
import { groupOffsets, offsets, writtenEnds } from './offsets.ts';
import { recordTimes } from './record-times.ts';
import * as topics from './topics.ts';
import { deleteUsers, listUsers, setUsers } from './users.ts';
import { createWire, metadata } from './wire.ts';

/** Rejects with KAFKA_UNREACHABLE or KAFKA_NOT_AUTHENTICATED when no log-in succeeds. */
export async function openAdmin(settings: KafkaSettings): Promise<KafkaAdmin> {
  const wire = createWire(settings);
  const shown = (names: readonly string[]) => names.join(', ');
  const clusterId = () =>
    mapped('read the cluster id', async () =>
      must((await metadata(wire, [])).clusterId, 'a cluster has an id'),
    );
  await clusterId();
  return {
    clusterId,
    listTopics: () => mapped('list topics', () => topics.listTopics(wire)),
    describeTopics: (names) =>
      mapped(`describe topics ${shown(names)}`, () => topics.describeTopics(wire, names)),
    createTopics: (specs) =>
      mapped(`create topics ${shown(specs.map(({ name }) => name))}`, () =>
        topics.createTopics(wire, specs),
      ),
    deleteTopics: (names) =>
      mapped(`delete topics ${shown(names)}`, () => topics.deleteTopics(wire, names)),
    topicConfigs: (names) =>
      mapped(`read settings of ${shown(names)}`, () => topics.topicConfigs(wire, names)),
    setTopicConfigs: (changes) =>
      mapped(`set ${shown(changes.map(({ name }) => name))}`, () =>
        topics.setTopicConfigs(wire, changes),
      ),
    offsets: (names) => mapped(`read offsets of ${shown(names)}`, () => offsets(wire, names)),
    writtenEnds: (names) =>
      mapped(`read the ends of ${shown(names)}`, () => writtenEnds(wire, names)),
    groupOffsets: (group, names) =>
      mapped(`read the offsets of group ${group}`, () => groupOffsets(wire, group, names)),
    recordTimes: (positions) =>
      mapped('read the times of records', () => recordTimes(wire, positions)),
    setUsers: (users) =>
      mapped(`set users ${shown(users.map(({ name }) => name))}`, () => setUsers(wire, users)),
    deleteUsers: (names) => mapped(`delete users ${shown(names)}`, () => deleteUsers(wire, names)),
    listUsers: () => mapped('list users', () => listUsers(wire)),
    listAcls: (principal) => mapped('list rights', () => listAcls(wire, principal)),
    createAcls: (rules) => mapped('create rights', () => createAcls(wire, rules)),
    deleteAcls: (rules) => mapped('delete rights', () => deleteAcls(wire, rules)),
    close: () => wire.close(),
  };
}
