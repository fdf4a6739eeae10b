/**
 * Codes of organisations, real in form and of invented bodies: the nine-character organisation
 * code of GB 11714 (eight characters and a check character, written without its hyphen) and the
 * eighteen-character unified social credit code of GB 32100, which contains it.
 */
import { assert } from '../bus/base/assert.ts';

const ORGANISATION_BODY = /^[0-9A-Z]{8}$/;
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const;
const THIRTY_SIX = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Without I, O, S, V and Z, which are taken for figures or for one another. */
const CREDIT_CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const CREDIT_BODY = /^[0-9ABCDEFGHJKLMNPQRTUWXY]{17}$/;

/** The organisation code of an eight-character body. */
export function withCheckCharacter(body: string): string {
  assert(ORGANISATION_BODY.test(body), 'an organisation code body has 8 figures and capitals');
  const sum = ORGANISATION_WEIGHTS.reduce(
    (total, weight, i) => total + weight * THIRTY_SIX.indexOf(body.charAt(i)),
    0,
  );
  const check = 11 - (sum % 11);
  return `${body}${check === 10 ? 'X' : check % 11}`;
}

export function isOrganisationCode(text: string): boolean {
  const body = text.slice(0, 8);
  return ORGANISATION_BODY.test(body) && withCheckCharacter(body) === text;
}

export type CreditCodeParts = {
  /** Registering body and kind: '91' enterprise, '51' … '53' social organisation, '12' public institution. */
  readonly authority: string;
  readonly division: string;
  readonly organisationCode: string;
};

/** The unified social credit code; its check character is modulus 31 with powers of three. */
export function creditCode({ authority, division, organisationCode }: CreditCodeParts): string {
  const body = `${authority}${division}${organisationCode}`;
  return `${body}${creditCheckCharacter(body)}`;
}

export function isCreditCode(text: string): boolean {
  const body = text.slice(0, 17);
  return text.length === 18 && CREDIT_BODY.test(body) && creditCheckCharacter(body) === text[17];
}

function creditCheckCharacter(body: string): string {
  assert(CREDIT_BODY.test(body), 'a credit code body has 17 of the characters allowed');
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    sum += weight * CREDIT_CHARACTERS.indexOf(character);
    weight = (weight * 3) % 31;
  }
  return CREDIT_CHARACTERS.charAt((31 - (sum % 31)) % 31);
}

/** `place` in six of the characters that both codes allow; distinct for distinct places below 31⁶. */
export function sixCharacters(place: number): string {
  let rest = place;
  let text = '';
  for (let i = 0; i < 6; i++) {
    text = CREDIT_CHARACTERS.charAt(rest % 31) + text;
    rest = Math.floor(rest / 31);
  }
  return text;
}
