/**
 * Names as a register holds them: common ones, rare characters (extensions A, B, E and F of
 * the unified ideographs, four bytes in UTF-8), compound surnames, and names with '·'.
 */
import type { Random } from '../bus/base/random.ts';

const SURNAMES = Array.from('王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高');
const RARE_SURNAMES = ['欧阳', '司徒', '㛃', '𠮷', '𬱖', '逄', '乜'] as const;
const GIVEN = Array.from('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅');
const RARE_GIVEN = Array.from('𠮷𫚖㐂䶮𬭎𡋾㙍𤋮龘旸堃喆𬭚𫖯䶊');
const DOTTED = [
  '阿依古丽·买买提',
  '买买提·吐尔逊',
  '古丽巴哈尔·阿卜杜热西提',
  '卓玛·央金',
  '努尔兰·𫚖',
] as const;

const RARE_SHARE = 0.12;

/** A name; about one in six holds something that a careless system would damage. */
export function personName(random: Random): string {
  if (random.chance(0.04)) return random.pick(DOTTED);
  const surname = random.pick(random.chance(0.06) ? RARE_SURNAMES : SURNAMES);
  return surname + givenCharacter(random) + (random.chance(0.7) ? givenCharacter(random) : '');
}

/** A name of rare characters only: the correction that a register makes when its fonts allow it. */
export function rareName(random: Random): string {
  return random.pick(RARE_SURNAMES) + random.pick(RARE_GIVEN) + random.pick(RARE_GIVEN);
}

function givenCharacter(random: Random): string {
  return random.pick(random.chance(RARE_SHARE) ? RARE_GIVEN : GIVEN);
}
