/**
 * What a filled cache must hold: every file with its size and SHA-256, written once after the
 * fill. Sizes are compared at every start; contents when somebody asks (doctor).
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { readJson, writeJson } from '../files.ts';

const NAME = 'manifest.json';

const manifestSchema = z.object({
  version: z.literal(1),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Notes everything under `folder` as it is now. */
export async function writeManifest(folder: string): Promise<Manifest> {
  const files: Manifest['files'] = {};
  for (const path of await filesUnder(folder)) {
    const file = join(folder, path);
    files[path] = { bytes: (await stat(file)).size, sha256: await sha256Of(file) };
  }
  const manifest: Manifest = { version: 1, files };
  await writeJson(join(folder, NAME), manifest);
  return manifest;
}

export async function readManifest(folder: string): Promise<Manifest | undefined> {
  return manifestSchema.safeParse(await readJson(join(folder, NAME))).data;
}

/** Every difference as a sentence; none means the folder holds what it held after the fill. */
export async function compareManifest(
  folder: string,
  { contents }: { readonly contents: boolean },
): Promise<string[]> {
  const manifest = await readManifest(folder);
  if (!manifest) return ['manifest.json is absent or unreadable'];
  const differences: string[] = [];
  for (const [path, expected] of Object.entries(manifest.files)) {
    const file = join(folder, path);
    const bytes = await stat(file).then(
      (found) => found.size,
      () => undefined,
    );
    if (bytes === undefined) differences.push(`${path} is missing`);
    else if (bytes !== expected.bytes) {
      differences.push(`${path} has ${bytes} bytes instead of ${expected.bytes}`);
    } else if (contents && (await sha256Of(file)) !== expected.sha256) {
      differences.push(`${path} has another content (SHA-256)`);
    }
  }
  return differences;
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path !== NAME)
    .sort();
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
