/** Comparing connector configs: the worker adds `name` to what it was given. */
import type { ConnectorConfig } from './connect.ts';

export function sameConfig(a: ConnectorConfig, b: ConnectorConfig): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  keys.delete('name');
  return [...keys].every((key) => a[key] === b[key]);
}
