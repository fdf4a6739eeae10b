/** What commands about lifecycles work with: the stack, its control database, and what agreements are judged by. */
import { loadAgreement } from '../../bus/agreement/document/load-agreement.ts';
import { contentOf } from '../../bus/agreement/document/agreement-schema.ts';
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import { BusError, ProblemsError } from '../../bus/base/errors.ts';
import type { Cli } from '../globals.ts';
import { hasControl, openControl } from '../stack/control.ts';
import type { Desk } from './perform.ts';
import { loadWorld } from './world.ts';

/** Makes the control database where there is none. `file`: the agreement at hand, whose folder declares the organizations. */
export async function openDesk(
  { openStack }: Pick<Cli, 'openStack'>,
  file?: string,
): Promise<Desk> {
  const [world, access] = await Promise.all([loadWorld(file), openStack()]);
  return { access, control: await openControl(access, world) };
}

/** As `openDesk`, but makes nothing: undefined where no agreement was ever submitted to the stack. */
export async function findDesk({ openStack }: Pick<Cli, 'openStack'>): Promise<Desk | undefined> {
  const [world, access] = await Promise.all([loadWorld(), openStack()]);
  if (!(await hasControl(access))) return undefined;
  return { access, control: await openControl(access, world) };
}

/** The desk of a stack that has the agreement `name`, or any. Throws LIFECYCLE_UNKNOWN. */
export async function deskFor(cli: Pick<Cli, 'openStack'>, name: string): Promise<Desk> {
  const desk = await findDesk(cli);
  if (!desk) throw new BusError('LIFECYCLE_UNKNOWN', { name });
  return desk;
}

/** The content of an agreement.yaml. Throws ProblemsError with every fault of its form. */
export async function contentIn(file: string): Promise<AgreementContent> {
  const { value, problems } = await loadAgreement(file);
  if (!value) throw new ProblemsError(file, problems);
  return contentOf(value);
}
