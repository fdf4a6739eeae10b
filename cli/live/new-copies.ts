/**
 * Whole copies for the sharing pairs of a view whose tables were exchanged: what a rebuild changes
 * stands in no log (docs/adr/0008), so every pair in force gets the view anew, as a generation of
 * its own that its subscriber stages and swaps in.
 */
import { BUS_ORG } from '../../bus/agreement/lifecycle/verbs.ts';
import { bumpGeneration } from '../../bus/control/deployments.ts';
import { CONTROL_DATABASE } from '../../bus/control/migrations.ts';
import { readPairs } from '../../bus/control/pairs.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { StackAccess } from '../stack/access.ts';

/** Asks for them, and answers the names of the pairs; none where the stack has no control database. */
export async function askForNewCopies(
  view: ViewModel,
  access: StackAccess,
): Promise<readonly string[]> {
  const hub = await access.root('hub');
  const [found] = await hub.query('SHOW DATABASES LIKE ?', [CONTROL_DATABASE]);
  return found ? newCopiesIn(await access.hub(CONTROL_DATABASE), view) : [];
}

/** As `askForNewCopies`, in a given control database. */
export async function newCopiesIn(
  control: SqlDatabase,
  { name }: Pick<ViewModel, 'name'>,
): Promise<readonly string[]> {
  const { pairs } = await readPairs(control);
  const concerned = pairs.filter(
    ({ pair, state }) =>
      pair.resource.view === name && (state === 'active' || state === 'suspended'),
  );
  const asked = { org: BUS_ORG, reason: `view ${name} was rebuilt` };
  for (const { agreementId, version } of concerned)
    await bumpGeneration(control, { agreementId, version, ...asked });
  return concerned.map(({ pair }) => pair.agreement.name);
}
