/** A CPU profile as Node writes it (--cpu-prof), and the self time of each of its functions. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  /** Microseconds on the machine's monotonic clock. */
  startTime: z.number(),
  samples: z.array(z.number()),
  /** Microseconds since the sample before. */
  timeDeltas: z.array(z.number()),
});
export type CpuProfile = z.infer<typeof profileSchema>;

export type Frame = { readonly name: string; readonly url: string; readonly line: number };

/** Time in which a function itself ran, with the functions that called it, the nearest first. */
export type SelfTime = Frame & { readonly micros: number; readonly callers: readonly Frame[] };

export async function readProfile(file: string): Promise<CpuProfile> {
  return profileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** Only the samples between two moments (ms since the epoch) of this machine's present life. */
export function cutTo(
  profile: CpuProfile,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): CpuProfile {
  const epochOffset = Number(process.hrtime.bigint() / 1_000n) - Date.now() * 1_000;
  const [from, to] = [fromMs * 1_000 + epochOffset, toMs * 1_000 + epochOffset];
  let at = profile.startTime;
  const kept = profile.timeDeltas.flatMap((delta, index) => {
    at += delta;
    return at >= from && at <= to ? [index] : [];
  });
  return {
    ...profile,
    samples: kept.map((index) => profile.samples[index] ?? 0),
    timeDeltas: kept.map((index) => profile.timeDeltas[index] ?? 0),
  };
}

/** One entry per node of the profile's call tree that was ever on top. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTime[] {
  const micros = new Map<number, number>();
  samples.forEach((id, index) => {
    micros.set(id, (micros.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  });
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, frameOf(callFrame)]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const callersOf = (id: number): Frame[] => {
    const callers: Frame[] = [];
    for (let at = parents.get(id); at !== undefined; at = parents.get(at)) {
      const frame = frames.get(at);
      if (frame) callers.push(frame);
    }
    return callers;
  };
  return [...micros].flatMap(([id, spent]) => {
    const frame = frames.get(id);
    return frame && spent > 0 ? [{ ...frame, micros: spent, callers: callersOf(id) }] : [];
  });
}

function frameOf({
  functionName,
  url,
  lineNumber,
}: CpuProfile['nodes'][number]['callFrame']): Frame {
  return { name: functionName === '' ? '(anonymous)' : functionName, url, line: lineNumber + 1 };
}
