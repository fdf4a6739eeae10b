/** Names in Debezium's include lists, which are regular expressions that match whole names. */

/** "police[.]person": matches `police.person` and nothing else. */
export function exactly(...parts: readonly string[]): string {
  return parts.join('[.]');
}
