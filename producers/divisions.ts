/** The administrative divisions that persons come from and live in; data and source note in data/divisions.json. */
import data from './data/divisions.json' with { type: 'json' };

export type Division = { readonly code: string; readonly name: string };

function toDivision([code = '', name = '']: readonly string[]): Division {
  return { code, name };
}

/** The districts of the synthetic city itself: people live and register there. */
export const OWN_DIVISIONS: readonly Division[] = data.own.map(toDivision);

/** Every division that an identity number may begin with. */
export const ALL_DIVISIONS: readonly Division[] = [
  ...OWN_DIVISIONS,
  ...data.elsewhere.map(toDivision),
];

const NAMES: ReadonlyMap<string, string> = new Map(
  ALL_DIVISIONS.map(({ code, name }) => [code, name]),
);

/** The name of a division of this list; the code itself of any other. */
export function divisionName(code: string): string {
  return NAMES.get(code) ?? code;
}
