/** What every SchemaRegistry promises; run against the fake and against the real registry. */
import { describe, expect, test } from 'vitest';
import type { SchemaRegistry } from '../../../bus/registry/registry.ts';

export type RegistryWorld = {
  /** May register. */
  readonly registry: SchemaRegistry;
  /** A registry where nobody listens. */
  readonly unreachable: SchemaRegistry;
  /** A registry that refuses the user. */
  readonly forbidden: SchemaRegistry;
  /** Unique in this run, so that a shared registry can be used. */
  readonly prefix: string;
};

const UNKNOWN_ID = 999_999_999;

/** Semantic names and unknown attributes must survive: reading depends on them. */
const SCHEMA = {
  type: 'record',
  name: 'Key',
  namespace: 'civil.person',
  fields: [
    { name: 'id', type: 'long' },
    {
      name: 'born_on',
      type: [
        'null',
        { type: 'int', 'connect.version': 1, 'connect.name': 'io.debezium.time.Date' },
      ],
      default: null,
    },
  ],
  'connect.name': 'civil.person.Key',
};

export function registryContract(name: string, world: () => Promise<RegistryWorld>): void {
  describe(`the registry contract, ${name}`, () => {
    test('a registered schema comes back by its id with every attribute', async () => {
      const { registry, prefix } = await world();
      const schemaId = await registry.register(`${prefix}-attributes`, SCHEMA);
      expect(await registry.schemaById(schemaId)).toEqual(SCHEMA);
    });

    test('registering the same schema again answers the same id and makes no version', async () => {
      const { registry, prefix } = await world();
      const subject = `${prefix}-twice`;
      const first = await registry.register(subject, SCHEMA);
      expect(await registry.register(subject, SCHEMA)).toBe(first);
      expect(await registry.latest(subject)).toEqual({
        subject,
        version: 1,
        schemaId: first,
        schema: SCHEMA,
      });
    });

    test('the latest version of a subject is the one registered last', async () => {
      const { registry, prefix } = await world();
      const subject = `${prefix}-latest`;
      const wider = {
        ...SCHEMA,
        fields: [...SCHEMA.fields, { name: 'x', type: 'int', default: 0 }],
      };
      await registry.register(subject, SCHEMA);
      const schemaId = await registry.register(subject, wider);
      expect(await registry.latest(subject)).toMatchObject({ version: 2, schemaId });
    });

    test('subjects are listed in text order', async () => {
      const { registry, prefix } = await world();
      await registry.register(`${prefix}-list-b`, SCHEMA);
      await registry.register(`${prefix}-list-a`, SCHEMA);
      const listed = await registry.subjects();
      expect(listed.filter((subject) => subject.startsWith(`${prefix}-list`))).toEqual([
        `${prefix}-list-a`,
        `${prefix}-list-b`,
      ]);
    });

    test('the rule for all subjects is known', async () => {
      const { registry } = await world();
      expect(await registry.compatibility()).toBe('BACKWARD');
    });

    test('an unknown subject has no rule of its own', async () => {
      const { registry, prefix } = await world();
      expect(await registry.compatibility(`${prefix}-nobody`)).toBeUndefined();
    });

    test('a subject that accepts any change takes what the rule for all refuses', async () => {
      const { registry, prefix } = await world();
      const subject = `${prefix}-any`;
      const of = (type: string) => ({ type: 'record', name: 'A', fields: [{ name: 'a', type }] });
      await registry.register(subject, of('string'));
      await registry.acceptAnyChange(subject);
      await registry.acceptAnyChange(subject);
      const schemaId = await registry.register(subject, of('int'));
      expect(await registry.latest(subject)).toMatchObject({ version: 2, schemaId });
    });

    test('an unknown subject accepts nothing: AVRO_SUBJECT_UNKNOWN', async () => {
      const { registry, prefix } = await world();
      await expect(registry.acceptAnyChange(`${prefix}-nobody`)).rejects.toMatchObject({
        code: 'AVRO_SUBJECT_UNKNOWN',
      });
    });

    test('an unknown id is AVRO_SCHEMA_UNKNOWN', async () => {
      const { registry } = await world();
      await expect(registry.schemaById(UNKNOWN_ID)).rejects.toMatchObject({
        code: 'AVRO_SCHEMA_UNKNOWN',
        reaction: 'fix-input',
        details: { schemaId: UNKNOWN_ID },
      });
    });

    test('an unknown subject is AVRO_SUBJECT_UNKNOWN', async () => {
      const { registry, prefix } = await world();
      await expect(registry.latest(`${prefix}-nobody`)).rejects.toMatchObject({
        code: 'AVRO_SUBJECT_UNKNOWN',
      });
    });

    test('what is no Avro schema is refused', async () => {
      const { registry, prefix } = await world();
      const broken = { type: 'record', name: 'Broken', fields: [{ name: 'a', type: 'nonsense' }] };
      await expect(registry.register(`${prefix}-broken`, broken)).rejects.toMatchObject({
        code: 'AVRO_REGISTRY_REFUSED',
      });
    });

    test('a registry that is down is AVRO_REGISTRY_UNREACHABLE and worth a retry', async () => {
      const { unreachable } = await world();
      await expect(unreachable.schemaById(1)).rejects.toMatchObject({
        code: 'AVRO_REGISTRY_UNREACHABLE',
        reaction: 'retry',
      });
    });

    test('a refused user is AVRO_REGISTRY_FORBIDDEN and stops', async () => {
      const { forbidden } = await world();
      await expect(forbidden.schemaById(1)).rejects.toMatchObject({
        code: 'AVRO_REGISTRY_FORBIDDEN',
        reaction: 'stop',
      });
    });
  });
}
