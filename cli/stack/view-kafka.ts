/** The broker as a view's own user sees it, with the view's log. */
import type { Log } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { viewGroup, type ViewModel } from '../../bus/view/view.ts';
import type { StackAccess } from './access.ts';
import { viewLogins } from './view-logins.ts';

export async function openViewKafka(
  view: ViewModel,
  { access, log }: { readonly access: StackAccess; readonly log: Log },
): Promise<KafkaBus> {
  const { user, passwordFile } = viewLogins(view, access.secretsFolder).kafka;
  return createKafkaBus({
    brokers: access.endpoints.kafka.brokers,
    user,
    password: await readSecretFile(passwordFile),
    clientId: viewGroup(view.name),
    log,
  });
}
