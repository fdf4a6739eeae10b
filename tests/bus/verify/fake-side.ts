/** A side without a server: rows with a digest each, and a count of how often they were read. */
import { keyId, type KeyText, type Side } from '../../../bus/verify/side.ts';
import { mariadbDialect } from '../../../bus/verify/mariadb.ts';

export type FakeSide = Side & {
  /** Value of each row by its key; a test changes it between readings. */
  readonly held: Map<string, string>;
  /** Runs before each reading, with its number. */
  onRead: (reading: number) => void;
};

export const key = (name: string): KeyText => [name];

export function fakeSide(rows: Readonly<Record<string, string>> = {}): FakeSide {
  const held = new Map(Object.entries(rows));
  let readings = 0;
  const side: FakeSide = {
    held,
    onRead: () => {},
    dialect: mariadbDialect,
    key: [{ label: 'k', column: 'k', type: { kind: 'text', name: 'text' } }],
    columns: [{ label: 'name', column: 'name', type: { kind: 'date' } }],
    rows: () => 'FROM t',
    session: {
      async query<T>(): Promise<T[]> {
        side.onRead(++readings);
        return [...held].map(([k0, value]) => ({ k0, d: value, c0: value })) as T[];
      },
      execute: () => Promise.reject(new Error('a comparison never writes')),
    },
  };
  return side;
}

export const ids = (...names: readonly string[]): string[] => names.map((one) => keyId(key(one)));
