/** The keys of masks of a stack: made when a pair is deployed, read by the gateway alone. */
import { join } from 'node:path';
import { type KeyStore, openKeyStore } from '../../bus/pair/key-store.ts';
import type { StackAccess } from './access.ts';

export function openMaskKeys({ secretsFolder }: Pick<StackAccess, 'secretsFolder'>): KeyStore {
  return openKeyStore(join(secretsFolder, 'mask-keys'));
}
