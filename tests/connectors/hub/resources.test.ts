/** What a pair may need of a resource is captured: a field that is not would never reach a gateway. */
import { expect, test } from 'vitest';
import { loadCatalogue } from '../../../bus/agreement/document/catalogue-file.ts';
import { resourcesOf } from '../../../bus/pair/resources.ts';
import { captureOfView, tableTopic } from '../../../connectors/names.ts';
import { hubSource } from '../../../connectors/hub/hub-source.ts';
import { capturedColumns } from '../../../connectors/source.ts';
import { findViewFiles, loadView, VIEWS_FOLDER } from '../../../consumers/view-files.ts';

test('every resource of the catalogue is captured whole, under the topic that it names', async () => {
  const catalogue = await loadCatalogue('agreements/catalogue.yaml');
  const views = await Promise.all((await findViewFiles(VIEWS_FOLDER)).map(loadView));
  const resources = views.flatMap((view) => resourcesOf(view, catalogue));
  expect(resources.length).toBe(catalogue.resources.length);
  for (const { view: name, rows, key, fields } of resources) {
    const view = views.find((one) => one.name === name)!;
    const source = hubSource(view, { tls: 'disable' });
    const table = source.tables.find((one) => one.name === rows.table)!;
    const captured = new Map(capturedColumns(table).map((column) => [column.name, column]));
    const wanted = [
      rows.there,
      ...(rows.visibleWhile ? [rows.visibleWhile.column] : []),
      ...fields.flatMap((field) => [field.name, field.at]),
    ];
    expect([...wanted, ...key].filter((column) => !captured.has(column))).toEqual([]);
    expect(table.key).toEqual(key);
    const { database, table: named, topic } = rows;
    expect(topic).toBe(tableTopic({ source: captureOfView(name), database, table: named }));
  }
});
