/**
 * What kinds of organisations there are, what they do and what they are called: names as
 * registers hold them, with rare characters, brackets and blanks that a careless system damages.
 */
import type { Random } from '../bus/base/random.ts';
import { divisionName } from './divisions.ts';

export type OrganisationKind = 'enterprise' | 'social-organisation' | 'public-institution';

export type Sector = {
  /** GB/T 20091 */
  readonly typeCode: string;
  /** GB/T 4754 */
  readonly industryCode: string;
  /** First two characters of the unified social credit code. */
  readonly authority: string;
  /** How the name ends. */
  readonly ending: string;
};

/** The industry of property development and operation. */
export const PROPERTY_DEVELOPMENT = '7010';

const CITY_NAME = '北京';
const BRANDS = Array.from('华盛恒泰安信利达嘉美鸿瑞祥鑫凯博雅丰源通');
const RARE_BRANDS = Array.from('㙍𡋾𠮷喆昇堃䶮𨭎𬭚㛃龘');
const RARE_SHARE = 0.12;
const STREETS = ['天河北', '中山大道西', '黄埔大道', '𡋾頭', '㙍涌', '科学大道', '环市东'] as const;

const SECTORS = {
  enterprise: [
    sector('11', PROPERTY_DEVELOPMENT, '91', '房地产开发有限公司'),
    sector('11', '6511', '91', '软件有限公司'),
    sector('11', '5211', '91', '百货股份有限公司'),
    sector('11', '2710', '91', '制药有限公司'),
    sector('11', '5430', '91', '货运代理有限公司'),
    sector('11', '4710', '91', '建筑工程集团有限公司'),
    sector('11', '6110', '91', '酒店管理（集团）有限公司'),
    sector('13', '7231', '91', '律师事务所（普通合伙）'),
  ],
  'social-organisation': [
    sector('71', '9521', '51', '行业协会'),
    sector('71', '9522', '51', '商会'),
    sector('91', '8391', '52', '职业培训中心'),
    sector('93', '9530', '53', '慈善基金会'),
  ],
  'public-institution': [
    sector('51', '8321', '12', '小学'),
    sector('51', '8411', '12', '人民医院'),
    sector('51', '8831', '12', '图书馆'),
    sector('51', '7450', '12', '质量检验所'),
  ],
} as const satisfies Readonly<Record<OrganisationKind, readonly Sector[]>>;

export function organisationSector(kind: OrganisationKind, random: Random): Sector {
  return random.pick<Sector>(SECTORS[kind]);
}

export function organisationName(of: {
  readonly kind: OrganisationKind;
  readonly sector: Sector;
  readonly division: string;
  readonly random: Random;
}): string {
  const { kind, sector: at, division, random } = of;
  const brand = brandName(random);
  if (kind === 'public-institution')
    return `${CITY_NAME}市${divisionName(division)}${brand}${at.ending}`;
  return random.chance(0.2)
    ? `${brand}（${CITY_NAME}）${at.ending}`
    : `${CITY_NAME}${brand}${at.ending}`;
}

/** An address within `division`; often with a blank or a bracket, now and then with a rare character. */
export function organisationStreet(random: Random, division: string): string {
  const room = random.chance(0.2) ? ` ${random.int(1, 40)}F（自编号）` : '';
  return `${CITY_NAME}市${divisionName(division)}${random.pick(STREETS)}路${random.int(1, 999)}号${room}`;
}

/** Two or three characters that nobody can pronounce wrongly, and some that most fonts lack. */
export function brandName(random: Random): string {
  const one = () => random.pick(random.chance(RARE_SHARE) ? RARE_BRANDS : BRANDS);
  return one() + one() + (random.chance(0.5) ? one() : '');
}

function sector(typeCode: string, industryCode: string, authority: string, ending: string): Sector {
  return { typeCode, industryCode, authority, ending };
}
