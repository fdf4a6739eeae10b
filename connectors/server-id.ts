/**
 * The replication server id under which a source's capture reads the binary log. Two readers
 * with one id throw each other off, so it is derived from the source's name and checked
 * among all sources and against the server's own id.
 */
import { createHash } from 'node:crypto';
import type { Source } from './source.ts';

/** Below lie the ids that people give their servers by hand. */
const FIRST = 1_000_000_000;
const RANGE = 3_000_000_000;

/** The declared id, else one that follows from the name and stays the same for ever. */
export function serverIdOf({ name, capture }: Pick<Source, 'name' | 'capture'>): number {
  if (capture.serverId !== undefined) return capture.serverId;
  const hash = createHash('sha256').update(`civicbus source ${name}`).digest();
  return FIRST + (hash.readUInt32BE(0) % RANGE);
}
