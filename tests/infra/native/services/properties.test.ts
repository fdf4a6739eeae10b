import { expect, test } from 'vitest';
import {
  prefixed,
  propertiesText,
  scramJaas,
} from '../../../../infra/native/services/properties.ts';

test('properties are one per line, with backslashes and line ends escaped', () => {
  const text = propertiesText({ a: 1, b: true, c: 'C:\\x\ny' });
  expect(text).toBe('a=1\nb=true\nc=C:\\\\x\\ny\n');
});

test('a prefix goes before every key', () => {
  expect(prefixed('producer.', { x: 1, y: 2 })).toEqual({ 'producer.x': 1, 'producer.y': 2 });
});

test('the JAAS line names user and password', () => {
  expect(scramJaas('admin', 'p')).toBe(
    'org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="p";',
  );
});
