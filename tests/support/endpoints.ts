/** Which stack the tests use: the one named in the environment, else one of their own. */
import { readFile } from 'node:fs/promises';
import type { StackEndpoints } from '../../infra/stack.ts';

/** Names an endpoints.json of a running stack that the tests may use instead of starting one. */
export const ENDPOINTS_VARIABLE = 'CIVICBUS_TEST_ENDPOINTS';

declare module 'vitest' {
  interface ProvidedContext {
    /** endpoints.json of the stack that the global set-up found or started. */
    endpointsFile: string;
  }
}

export function givenEndpointsFile(): string | undefined {
  return process.env[ENDPOINTS_VARIABLE];
}

/** Throws when the file is absent: an integration test without a stack is a failure, never a skip. */
export async function readEndpoints(file: string): Promise<StackEndpoints> {
  return JSON.parse(await readFile(file, 'utf8')) as StackEndpoints;
}
