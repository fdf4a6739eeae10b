/**
 * Citizen identity numbers after GB 11643: division (6), birth date (8), sequence (3, odd for
 * men), check character by ISO 7064 MOD 11-2. Real in form, of invented persons.
 */
import { assert } from '../bus/base/assert.ts';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';
const FORM = /^\d{17}[\dX]$/;

export type CitizenIdParts = {
  readonly division: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  /** 1…999 */
  readonly sequence: number;
};

/** The check character of the first seventeen digits. */
export function checkCharacter(body: string): string {
  assert(/^\d{17}$/.test(body), 'a citizen id body has 17 digits');
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

export function citizenId({ division, birthDate, sequence }: CitizenIdParts): string {
  const body = `${division}${birthDate.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  return `${body}${checkCharacter(body)}`;
}

/** The same division and birth date with another sequence: what a clerk's correction looks like. */
export function withSequence(idNumber: string, sequence: number): string {
  const body = `${idNumber.slice(0, 14)}${String(sequence).padStart(3, '0')}`;
  return `${body}${checkCharacter(body)}`;
}

export function isCitizenId(text: string): boolean {
  return FORM.test(text) && checkCharacter(text.slice(0, 17)) === text[17];
}

/** GB/T 2261.1: 1 male, 2 female, as the sequence says. */
export function sexOf(idNumber: string): '1' | '2' {
  return Number(idNumber[16]) % 2 === 1 ? '1' : '2';
}
