/**
 * Capture of a shared view on the hub into its view topics, by the same connector and with the same
 * rights as in service. The view's tables must be there.
 */
import { ensurePassword } from '../bus/plan/secret-files.ts';
import { openDatabase } from '../bus/sql/mysql/mysql-database.ts';
import type { ViewModel } from '../bus/view/view.ts';
import { applyLoadedSources } from '../connectors/apply.ts';
import { capturePasswordFile } from '../connectors/compile.ts';
import { contextOf } from '../connectors/context.ts';
import { ensureCaptureUser } from '../connectors/hub/capture-user.ts';
import { hubSource } from '../connectors/hub/hub-source.ts';
import { captureOfView, sourceNames } from '../connectors/names.ts';
import type { Site } from './site.ts';

/** Resolves when the connectors and their tasks run; what is written from now on is in the topics. */
export async function captureViews(site: Site, views: readonly ViewModel[]): Promise<void> {
  const context = contextOf(site.endpoints);
  const sources = views.map((view) => hubSource(view, { tls: 'disable' }));
  for (const source of sources) {
    const password = await ensurePassword(capturePasswordFile(source, context));
    await ensureCaptureUser(site.sql.hub, source, password);
  }
  const loaded = sources.map((source) => ({ file: source.name, source }));
  await applyLoadedSources(loaded, context, {
    ports: { admin: site.admin, connect: site.connect, openDatabase },
    signal: site.signal,
  });
}

/** Afterwards nothing of the capture takes processor time. */
export async function stopCaptures(site: Site, views: readonly ViewModel[]): Promise<void> {
  for (const { name } of views) await site.connect.stop(sourceNames(captureOfView(name)).connector);
}
