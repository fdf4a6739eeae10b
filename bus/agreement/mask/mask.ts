/**
 * Masks at work: how a field leaves in place of its value. Compiled once per field; pure and
 * deterministic, so that a replay delivers the same bytes. Characters are Unicode code points, never
 * halves of one. NULL stays NULL under every mask. Keys come in as a parameter and are never kept
 * anywhere else; a fault names what is wrong with a value, never the value.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import { assert, unreachable } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import type { ColumnType } from '../../change/column-type.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { Mask } from '../agreement.ts';
import { canonicalBytes } from './canonical-value.ts';

export { maskedType } from './masked-type.ts';

const STAR = '*';
const DAY = /^(\d{4})-(\d\d)-\d\d(?:$| )/;

/** From a value of the declared type to what is delivered. */
export type MaskValue = (value: ColumnValue) => ColumnValue;

/**
 * The mask as a function. `type` is the column's own type and must be one that `maskedType` accepts
 * for this mask; `key` is needed by hmac-sha256 and by nothing else.
 * @throws BusError MASK_VALUE_BROKEN from the function, for a value that is not of the type.
 */
export function compileMask(mask: Mask, type: ColumnType, key?: Buffer): MaskValue {
  const masked = maskOf(mask, type, key);
  return (value) => (value === null ? null : masked(value));
}

type Present = NonNullable<ColumnValue>;

function maskOf(
  mask: Mask,
  type: ColumnType,
  key: Buffer | undefined,
): (value: Present) => ColumnValue {
  switch (mask.method) {
    case 'null':
      return () => null;
    case 'partial':
      return (value) => partial(textOf(value), mask);
    case 'truncate':
      return (value) => firstChars(textOf(value), mask.length);
    case 'generalise':
      return generalise(mask);
    case 'hmac-sha256':
      return token(type, key);
    default:
      return unreachable(mask);
  }
}

/** What is kept, and a star for every other character; a value too short to hide anything is all stars. */
function partial(
  text: string,
  { keep, count }: { readonly keep: 'first' | 'last' | 'ends'; readonly count: number },
): string {
  const chars = Array.from(text);
  const hidden = chars.length - (keep === 'ends' ? 2 * count : count);
  if (hidden <= 0) return STAR.repeat(chars.length);
  const head = keep === 'last' ? '' : chars.slice(0, count).join('');
  const tail = keep === 'first' ? '' : chars.slice(-count).join('');
  return `${head}${STAR.repeat(hidden)}${tail}`;
}

function firstChars(text: string, length: number): string {
  // Only a text with more units than that can have more characters.
  return text.length <= length ? text : Array.from(text).slice(0, length).join('');
}

function generalise(
  mask: Extract<Mask, { readonly method: 'generalise' }>,
): (value: Present) => ColumnValue {
  if (mask.to === 'prefix') return (value) => firstChars(textOf(value), mask.length);
  return (value) => {
    const day = DAY.exec(textOf(value));
    if (!day) throw new BusError('MASK_VALUE_BROKEN', { why: 'is not a date' });
    return mask.to === 'year' ? Number(day[1]) : `${day[1]}-${day[2]}`;
  };
}

/** The full 64 hexadecimal digits: a shorter token would make two persons one. */
function token(type: ColumnType, key: Buffer | undefined): (value: Present) => string {
  assert(key !== undefined && key.length >= 32, 'a mask with tokens needs a key of 32 bytes');
  const bytes = canonicalBytes(type);
  // Made ready once: from raw bytes every token would cost seven times as much.
  const secret = createSecretKey(key);
  return (value) => createHmac('sha256', secret).update(bytes(value)).digest('hex');
}

function textOf(value: Present): string {
  if (typeof value !== 'string') throw new BusError('MASK_VALUE_BROKEN', { why: 'is not text' });
  if (!value.isWellFormed()) {
    throw new BusError('MASK_VALUE_BROKEN', { why: 'is not well-formed Unicode' });
  }
  return value;
}

/** The agreement whose key a token is made with. */
export type KeyOwner = {
  readonly agreementId: string;
  readonly theme: string;
  readonly version: string;
};

/**
 * The name of the key behind a mask; undefined for masks without one. A pair's key is of one version
 * of its agreement, so a new version renews all tokens; a theme's key is shared by all its pairs and
 * renewed by giving the theme another name.
 */
export function keyScopeName(mask: Mask, owner: KeyOwner): string | undefined {
  if (mask.method !== 'hmac-sha256') return undefined;
  return mask.keyScope === 'theme'
    ? `theme.${owner.theme}`
    : `pair.${owner.agreementId}.${owner.version}`;
}
