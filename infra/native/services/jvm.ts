/** How the Java programs of the stack are started. */

export type JvmRun = {
  readonly heapMbMax: number;
  /** Further options of the JVM. */
  readonly options?: readonly string[];
  /** A class path with its main class, or a jar. */
  readonly run: readonly string[];
  readonly args?: readonly string[];
};

/**
 * Command line of one Java program. The serial collector suits small heaps on few cores; a
 * program that is out of memory ends, and is started anew, instead of staying up half alive.
 */
export function javaArguments({ heapMbMax, options = [], run, args = [] }: JvmRun): string[] {
  const memory = [`-Xmx${heapMbMax}m`, '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'];
  return [...memory, '-XX:-UsePerfData', '-Djava.awt.headless=true', ...options, ...run, ...args];
}
