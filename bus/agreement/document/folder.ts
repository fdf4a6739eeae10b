/**
 * The agreements folder: which files it has, and what its organizations, catalogue and calendars
 * declare. Agreements themselves are read one by one (`load-agreement.ts`), so that one with faults
 * does not hide the others.
 */
import { glob, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BusError, messageOf, type Problem, ProblemsError } from '../../base/errors.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { Catalogue, Organization } from '../organization.ts';
import { loadCalendar } from './calendar-file.ts';
import { loadCatalogue } from './catalogue-file.ts';
import { loadOrganizations } from './organizations-file.ts';

export const AGREEMENT_FILE = 'agreement.yaml';
const ORGANIZATIONS_FILE = 'organizations.yaml';
const CATALOGUE_FILE = 'catalogue.yaml';

export type AgreementsFolder = {
  readonly organizations: readonly Organization[];
  readonly catalogue: Catalogue;
  readonly calendars: readonly Calendar[];
};

/** All agreement.yaml below `path`, sorted, or `path` itself when it is a file. Throws BUS_FILE_UNREADABLE. */
export async function findAgreementFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new BusError('BUS_FILE_UNREADABLE', { file: path, why: messageOf(error) }, error);
  });
  if (found.isFile()) return [path];
  const files: string[] = [];
  for await (const file of glob(`**/${AGREEMENT_FILE}`, { cwd: path }))
    files.push(join(path, file));
  return files.sort();
}

/** The nearest folder at or above `path` that declares organizations; `fallback` when none does. */
export async function agreementsFolderOf(path: string, fallback: string): Promise<string> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = await stat(join(folder, ORGANIZATIONS_FILE)).catch(() => undefined);
    if (found?.isFile()) return folder;
    if (dirname(folder) === folder) return fallback;
  }
}

/** Throws ProblemsError with everything wrong in all of the folder's files, BUS_FILE_UNREADABLE. */
export async function loadAgreementsFolder(folder: string): Promise<AgreementsFolder> {
  const calendarFiles: string[] = [];
  for await (const file of glob('calendars/*.yaml', { cwd: folder }))
    calendarFiles.push(join(folder, file));
  const [organizations, catalogue, ...calendars] = await Promise.allSettled([
    loadOrganizations(join(folder, ORGANIZATIONS_FILE)),
    loadCatalogue(join(folder, CATALOGUE_FILE)),
    ...calendarFiles.sort().map(loadCalendar),
  ]);
  const problems: Problem[] = [];
  const valueOf = <T>(settled: PromiseSettledResult<T>): T[] => {
    if (settled.status === 'fulfilled') return [settled.value];
    if (!(settled.reason instanceof ProblemsError)) throw settled.reason;
    problems.push(...settled.reason.problems);
    return [];
  };
  const [orgs = []] = valueOf(organizations);
  const [entries = { resources: [] }] = valueOf(catalogue);
  const dates = calendars.flatMap(valueOf);
  if (problems.length > 0) throw new ProblemsError(folder, problems);
  return { organizations: orgs, catalogue: entries, calendars: dates };
}
