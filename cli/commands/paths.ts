/** `-f A -f B` and `-f A B` mean the same. */
export function collectPaths(path: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, path];
}
