/**
 * A registry in memory, for logic tests. It has the ids, subjects and versions of the real one
 * but judges no compatibility: it refuses only what is not an Avro schema at all.
 */
import avsc from 'avsc';
import { BusError } from '../../base/errors.ts';
import type { Compatibility, SchemaRegistry, SubjectVersion } from '../registry.ts';

export type RegistryFailure = 'unreachable' | 'forbidden';

export class FakeRegistry implements SchemaRegistry {
  readonly #versions: SubjectVersion[] = [];
  readonly #rules = new Map<string, Compatibility>([['', 'BACKWARD']]);
  #failure: RegistryFailure | undefined;
  /** How often `schemaById` was asked, by id. */
  readonly asked = new Map<number, number>();

  /** Makes every call fail from now on; undefined heals it. */
  failWith(failure: RegistryFailure | undefined): void {
    this.#failure = failure;
  }

  async schemaById(schemaId: number): Promise<unknown> {
    await this.#answer();
    this.asked.set(schemaId, (this.asked.get(schemaId) ?? 0) + 1);
    const known = this.#versions.find((version) => version.schemaId === schemaId);
    if (!known) throw new BusError('AVRO_SCHEMA_UNKNOWN', { schemaId });
    return structuredClone(known.schema);
  }

  async latest(subject: string): Promise<SubjectVersion> {
    await this.#answer();
    const newest = this.#versions.findLast((version) => version.subject === subject);
    if (!newest) throw new BusError('AVRO_SUBJECT_UNKNOWN', { subject });
    return newest;
  }

  async subjects(): Promise<readonly string[]> {
    await this.#answer();
    return [...new Set(this.#versions.map(({ subject }) => subject))].toSorted();
  }

  async compatibility(subject = ''): Promise<Compatibility | undefined> {
    await this.#answer();
    return this.#rules.get(subject);
  }

  async register(subject: string, schema: unknown): Promise<number> {
    await this.#answer();
    const text = JSON.stringify(schema);
    try {
      avsc.Type.forSchema(JSON.parse(text) as avsc.schema.AvroSchema);
    } catch (error) {
      throw new BusError('AVRO_REGISTRY_REFUSED', { subject, why: 'it is not Avro' }, error);
    }
    const same = this.#versions.find((version) => JSON.stringify(version.schema) === text);
    const mine = this.#versions.filter((version) => version.subject === subject);
    if (same && mine.some(({ schemaId }) => schemaId === same.schemaId)) return same.schemaId;
    const ids = new Set(this.#versions.map(({ schemaId }) => schemaId));
    const schemaId = same?.schemaId ?? ids.size + 1;
    const version = mine.length + 1;
    this.#versions.push({ subject, version, schemaId, schema: JSON.parse(text) as unknown });
    return schemaId;
  }

  async acceptAnyChange(subject: string): Promise<void> {
    await this.latest(subject);
    this.#rules.set(subject, 'NONE');
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.#failure === 'unreachable') {
      throw new BusError('AVRO_REGISTRY_UNREACHABLE', { why: 'it is down' });
    }
    if (this.#failure === 'forbidden')
      throw new BusError('AVRO_REGISTRY_FORBIDDEN', { status: 403 });
  }
}
