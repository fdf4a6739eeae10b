/** The staffing office: the register of public institutions and their posts. */
import { registeringBody } from '../registering-body.ts';
import { registerDepartment } from '../registers.ts';

const FUNDINGS = ['full', 'partial', 'none'] as const;

export const staffingOffice = registerDepartment({
  name: 'staffing-office',
  databaseName: 'staffing_office',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [
    registeringBody({
      table: 'public_institution',
      kind: 'public-institution',
      nameColumn: 'institution_name',
      details: (of, random) => ({
        funding: random.pick(FUNDINGS),
        posts: random.chance(0.1) ? null : random.int(3, 900),
        established_on: of.approvedOn,
      }),
    }),
  ],
});
