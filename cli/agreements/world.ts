/**
 * Everything that agreements are judged by, read from files: organizations, catalogue, calendars,
 * and the resources of the declared views with the classification of their sources. Asks no server.
 */
import { join } from 'node:path';
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import type { Calendar } from '../../bus/agreement/calendar/calendar.ts';
import { contentHash } from '../../bus/agreement/canonical/canonical.ts';
import { contentOf } from '../../bus/agreement/document/agreement-schema.ts';
import { agreementsFolderOf, loadAgreementsFolder } from '../../bus/agreement/document/folder.ts';
import { loadAgreement } from '../../bus/agreement/document/load-agreement.ts';
import { lintAgreement, type Finding } from '../../bus/agreement/lint/lint.ts';
import { maskedType } from '../../bus/agreement/mask/mask.ts';
import type { Catalogue, Organization } from '../../bus/agreement/organization.ts';
import { checkPredicate } from '../../bus/agreement/predicate/predicate.ts';
import type { Resource } from '../../bus/agreement/resource.ts';
import { type Problem, ProblemsError } from '../../bus/base/errors.ts';
import { resourcesOf, unknownResources } from '../../bus/pair/resources.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../consumers/view-files.ts';
import { PROJECT_FOLDER } from '../globals.ts';

/** The folder of the agreements that come with civicbus. */
export const AGREEMENTS_FOLDER = join(PROJECT_FOLDER, 'agreements');
export const SOURCES_FOLDER = join(PROJECT_FOLDER, 'connectors');

export type AgreementWorld = {
  readonly folder: string;
  readonly organizations: readonly Organization[];
  readonly catalogue: Catalogue;
  readonly calendars: readonly Calendar[];
  readonly views: readonly ViewModel[];
  readonly resources: readonly Resource[];
};

/** Reads what agreements at `path` refer to. Throws ProblemsError, BUS_FILE_UNREADABLE. */
export async function loadWorld(path: string = AGREEMENTS_FOLDER): Promise<AgreementWorld> {
  const folder = await agreementsFolderOf(path, AGREEMENTS_FOLDER);
  const [declared, viewFiles, sourceFiles] = await Promise.all([
    loadAgreementsFolder(folder),
    findViewFiles(VIEWS_FOLDER),
    findSourceFiles(SOURCES_FOLDER),
  ]);
  const views = await Promise.all(viewFiles.map(loadView));
  const sources = (await loadSources(sourceFiles)).map(({ source }) => source);
  const unknown = unknownResources(declared.catalogue, views);
  if (unknown.length > 0)
    throw new ProblemsError(
      folder,
      unknown.map((id) => ({
        file: join(folder, 'catalogue.yaml'),
        path: 'resources',
        message: `No declared view has "${id}".`,
      })),
    );
  const resources = views.flatMap((view) => resourcesOf(view, declared.catalogue, sources));
  return { folder, ...declared, views, resources };
}

/** What the linter finds in `content`; `versions` as far as they are known. */
export function lintIn(
  world: AgreementWorld,
  content: AgreementContent,
  {
    nowMs = Date.now(),
    ...known
  }: {
    readonly nowMs?: number;
    readonly versions?: readonly AgreementContent[];
    readonly statedHash?: string;
  } = {},
): Finding[] {
  const { resources, organizations, calendars } = world;
  return lintAgreement(content, {
    resources,
    organizations,
    calendars,
    nowMs,
    checkRows: checkPredicate,
    maskedType,
    ...known,
  });
}

/** A finding with the place it was found at. */
export type PlacedFinding = Finding & { readonly place: Problem };

export type CheckedAgreement = {
  readonly file: string;
  /** undefined where the form of the file is wrong. */
  readonly content: AgreementContent | undefined;
  readonly contentHash: string | undefined;
  /** Faults of form; they have no rule. */
  readonly problems: readonly Problem[];
  readonly findings: readonly PlacedFinding[];
};

/** Reads and lints one file. Throws BUS_FILE_UNREADABLE only. */
export async function checkAgreementFile(
  file: string,
  world: AgreementWorld,
  nowMs: number = Date.now(),
): Promise<CheckedAgreement> {
  const { value, problems, at } = await loadAgreement(file);
  if (!value) return { file, content: undefined, contentHash: undefined, problems, findings: [] };
  const content = contentOf(value);
  const stated = value.contentHash === undefined ? {} : { statedHash: value.contentHash };
  const findings = lintIn(world, content, { nowMs, ...stated }).map((finding) => {
    const { rule, path, message, remedy } = finding;
    return { ...finding, place: at(path, `${rule}: ${message}`, remedy) };
  });
  return { file, content, contentHash: contentHash(content), problems, findings };
}
