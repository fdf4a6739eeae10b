/**
 * How much memory a process that runs one view may take: about 250 MB in all. Left to itself V8 lets
 * garbage grow to twice that before it looks; the bound costs some processor time at full speed.
 * What is alive at once is bounded by the bytes of a fetch (run.ts), far below this.
 */
export const VIEW_NODE_OPTIONS: readonly string[] = [
  '--max-semi-space-size=8',
  '--max-old-space-size=192',
];
