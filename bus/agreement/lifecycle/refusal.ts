/** A refusal as the error that a caller or a person is told: state, verb, who may, and what could be done instead. */
import { BusError } from '../../base/errors.ts';
import { possibilities } from './decide.ts';
import type { IntakeRefusal } from './intake.ts';
import type { SignedEvent } from './verbs.ts';

export function refusalError(
  event: Pick<SignedEvent, 'agreementId' | 'version' | 'verb' | 'org' | 'time' | 'contentHash'>,
  refusal: IntakeRefusal,
  name: string,
): BusError {
  const { agreementId: id, version, verb, org, time, contentHash } = event;
  if (refusal.kind === 'stale') return new BusError('LIFECYCLE_STALE', { name, verb });
  if (refusal.kind === 'time') {
    return new BusError('LIFECYCLE_TIME_WRONG', { name, verb, time, why: refusal.why });
  }
  if (refusal.kind === 'content-unknown') {
    return new BusError('LIFECYCLE_CONTENT_UNKNOWN', { id, contentHash });
  }
  if (refusal.kind === 'signer') {
    const { party, named, used } = refusal;
    return new BusError('LIFECYCLE_SIGNER_NOT_NAMED', { name, version, verb, party, named, used });
  }
  const { state } = refusal;
  const known = { name, version, state, verb, possible: possibilities(state) };
  if (refusal.kind === 'impossible') {
    return new BusError('LIFECYCLE_IMPOSSIBLE', { ...known, why: refusal.why });
  }
  if (refusal.kind === 'not-permitted') {
    return new BusError('LIFECYCLE_NOT_PERMITTED', {
      ...known,
      org,
      who: refusal.who.join(' or '),
    });
  }
  return new BusError('LIFECYCLE_GUARDED', { ...known, whys: refusal.whys.join(', and ') });
}
