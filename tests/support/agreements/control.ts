/** What the control database would say, for tests of what is made of it. */
import type { AgreementContent, AgreementState } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import type { DeploymentRow } from '../../../bus/control/deployments.ts';
import type { DueLine, DueTransition } from '../../../bus/pair/reconcile/due.ts';
import type { DriftNote } from '../../../bus/pair/reconcile/drift.ts';
import type { PurgeProof } from '../../../bus/pair/reconcile/purge.ts';
import type { ReconcilerControl } from '../../../bus/pair/reconcile/reconciler.ts';
import type { ControlView } from '../../../bus/pair/reconcile/wanted.ts';

type Held = {
  readonly content: AgreementContent;
  readonly contentHash: string;
  readonly state: AgreementState;
  readonly sinceMs: number;
};

/** A control database in memory: it keeps what it is told and judges nothing. */
export class MemoryControl implements ReconcilerControl {
  readonly #now: () => number;
  #version = 1n;
  readonly #held = new Map<string, Held>();
  readonly #deployments = new Map<string, DeploymentRow>();
  readonly notes: DriftNote[] = [];
  readonly broughtAbout: string[] = [];
  /** What is wrong with agreements, by id. */
  readonly faults = new Map<string, readonly string[]>();
  /** Agreements that were proved, in order. */
  readonly proved: string[] = [];
  published = 0;
  /** While set, every call fails with it. */
  away: Error | undefined;
  /** While set, no transition is taken in. */
  refusal: Error | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  set(content: AgreementContent, state: AgreementState, sinceMs = 0): void {
    this.#held.set(keyOf(content), {
      content,
      contentHash: contentHash(content),
      state,
      sinceMs,
    });
    this.#version++;
  }

  /** The document of `content` reads otherwise from now on; its hash stays the signed one. */
  tamper(content: AgreementContent, altered: AgreementContent): void {
    const held = this.#held.get(keyOf(content));
    if (held) this.#held.set(keyOf(content), { ...held, content: altered });
    this.#version++;
  }

  state(content: AgreementContent): AgreementState | undefined {
    return this.#held.get(keyOf(content))?.state;
  }

  deployment(content: AgreementContent): DeploymentRow | undefined {
    return this.#deployments.get(keyOf(content));
  }

  async version(): Promise<bigint> {
    this.#answer();
    return this.#version;
  }

  async read(): Promise<ControlView> {
    this.#answer();
    const lines = [...this.#held].map(([key, held]): DueLine => {
      const { id, name, version } = held.content;
      const deployedHash = this.#deployments.get(key)?.contentHash;
      return { ...held, agreementId: id, name, version, deployedHash };
    });
    return { lines, deployments: [...this.#deployments.values()] };
  }

  async faultsOf(agreementId: string): Promise<readonly string[]> {
    this.#answer();
    this.proved.push(agreementId);
    return this.faults.get(agreementId) ?? [];
  }

  async putDeployment(deployment: DeploymentRow): Promise<void> {
    this.#answer();
    this.#deployments.set(`${deployment.agreementId} ${deployment.version}`, deployment);
    this.#version++;
  }

  async bringAbout({ agreementId, version, verb, supersedes }: DueTransition): Promise<void> {
    this.#answer();
    if (this.refusal) throw this.refusal;
    const to = { activate: 'active', expire: 'expired', purge: 'purging' } as const;
    this.broughtAbout.push(`${verb} ${version}`);
    this.#move(`${agreementId} ${version}`, to[verb]);
    if (supersedes !== undefined) this.#move(`${agreementId} ${supersedes}`, 'superseded');
  }

  async confirmPurge({ agreementId }: PurgeProof): Promise<void> {
    this.#answer();
    const key = [...this.#held.keys()].find((one) => one.startsWith(agreementId));
    if (key !== undefined) this.#move(key, 'closed');
  }

  async publish(): Promise<number> {
    this.#answer();
    this.published++;
    return 0;
  }

  async noteDrift(notes: readonly DriftNote[]): Promise<void> {
    this.#answer();
    this.notes.push(...notes);
  }

  #move(key: string, state: AgreementState): void {
    const held = this.#held.get(key);
    if (held) this.#held.set(key, { ...held, state, sinceMs: this.#now() });
    this.#version++;
  }

  #answer(): void {
    if (this.away) throw this.away;
  }
}

function keyOf({ id, version }: AgreementContent): string {
  return `${id} ${version}`;
}
