/** Puts the corrections of kafkajs in force, once a process and before any client is made. */
import { patchAbortedRecords } from './aborted-records.ts';
import { patchConsumerGroup } from './consumer-group.ts';
import { patchIdleTimer } from './idle-timer.ts';

let applied = false;

/** Throws KAFKA_CLIENT_CHANGED when the installed kafkajs is not the one that was corrected. */
export function applyPatches(): void {
  if (applied) return;
  patchIdleTimer();
  patchConsumerGroup();
  patchAbortedRecords();
  applied = true;
}
