/**
 * A subject's own compatibility rule, set through Apicurio's interface: its Confluent interface
 * takes NONE for "no rule of its own", and the rule for all subjects would go on to hold.
 */
import { BusError, messageOf } from '../../base/errors.ts';

const REQUEST_TIMEOUT_MS = 5_000;
const RULE = { type: 'COMPATIBILITY', config: 'NONE' };

export type NativeTarget = {
  /** Base of Apicurio's own interface. */
  readonly nativeUrl: string;
  readonly user: string;
  readonly password: string;
};

/** Throws AVRO_SUBJECT_UNKNOWN, AVRO_REGISTRY_FORBIDDEN, AVRO_REGISTRY_UNREACHABLE. */
export async function setRuleToNone(target: NativeTarget, subject: string): Promise<void> {
  const rules = `/groups/default/artifacts/${encodeURIComponent(subject)}/rules`;
  const made = await call(target, { method: 'POST', path: rules });
  if (made.ok) return;
  const changed =
    made.status === 409
      ? await call(target, { method: 'PUT', path: `${rules}/${RULE.type}` })
      : made;
  if (changed.ok) return;
  const { status } = changed;
  if (status === 404) throw new BusError('AVRO_SUBJECT_UNKNOWN', { subject });
  if (status === 401 || status === 403) throw new BusError('AVRO_REGISTRY_FORBIDDEN', { status });
  throw new BusError('AVRO_REGISTRY_UNREACHABLE', { why: `it answered ${status}` });
}

async function call(
  { nativeUrl, user, password }: NativeTarget,
  { method, path }: { readonly method: 'POST' | 'PUT'; readonly path: string },
): Promise<Response> {
  const token = Buffer.from(`${user}:${password}`).toString('base64');
  try {
    return await fetch(`${nativeUrl}${path}`, {
      method,
      headers: { authorization: `Basic ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(RULE),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (error) {
    throw new BusError('AVRO_REGISTRY_UNREACHABLE', { why: messageOf(error) }, error);
  }
}
