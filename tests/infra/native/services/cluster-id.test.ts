import { expect, test } from 'vitest';
import { newClusterId } from '../../../../infra/native/services/kafka-service.ts';

test('a cluster id never begins with a dash, which the format tool takes for an option', () => {
  const draws = [Buffer.alloc(16, 0xf8), Buffer.alloc(16, 0xfb), Buffer.alloc(16, 0x01)];
  expect(draws[0]!.toString('base64url')).toMatch(/^-/);
  expect(newClusterId(() => draws.shift()!)).toBe('AQEBAQEBAQEBAQEBAQEBAQ');
  expect(draws).toEqual([]);
});
