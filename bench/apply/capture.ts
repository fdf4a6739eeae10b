/**
 * Fills the topic that both sides replay: residents are inserted and snapshotted, then updated
 * while capture streams, by the same connector as any department's. Afterwards the connector is
 * stopped, so that the worker's CPU is the peer's alone.
 */
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { makeRegister, RESIDENT_TOPIC, startCapture, stopCapture } from '../register/department.ts';
import { type Digest, digestOf } from '../register/digest.ts';
import { type RegisterPlan, updateCount } from '../register/register.ts';
import { countTopic, type TopicCounter } from '../register/topic-counter.ts';
import { insertResidents, updateResidents } from '../register/write-register.ts';
import type { Site } from '../site.ts';

const CAPTURE_TIMEOUT_MS = 30 * 60_000;

export type Captured = {
  readonly topic: string;
  readonly events: number;
  /** The offset after the last record of each partition. */
  readonly ends: ReadonlyMap<number, bigint>;
  /** The register's rows at the end: what both sides must arrive at. */
  readonly digest: Digest;
};

export async function capture(
  site: Site,
  plan: RegisterPlan,
  onStep: (what: string) => void,
): Promise<Captured> {
  const register = await makeRegister(site);
  onStep(`inserting ${plan.residents} residents`);
  await insertResidents(register, plan);
  onStep('capturing the snapshot');
  await startCapture(site);
  const counter = await countTopic(site.kafka, RESIDENT_TOPIC);
  const limits = { timeoutMs: CAPTURE_TIMEOUT_MS, signal: site.signal };
  try {
    await counter.until(plan.residents, limits);
    onStep(`capturing ${updateCount(plan)} updates`);
    await updateResidents(register, plan);
    await counter.until(plan.residents + updateCount(plan), limits);
    await stopCapture(site);
    return await captured(register, counter);
  } finally {
    await counter.close();
  }
}

async function captured(register: SqlDatabase, counter: TopicCounter): Promise<Captured> {
  const digest = await digestOf(register, 'resident');
  return { topic: RESIDENT_TOPIC, events: counter.count(), ends: counter.ends(), digest };
}
