/**
 * How long a test waits for what must come in the end, in milliseconds. A busy machine may need
 * most of it; a quiet one never notices. Long enough for a group of consumers to lose a member
 * that said nothing (45 s), to meet again (60 s) and to read on.
 */
export const PATIENCE_MS = 150_000;
