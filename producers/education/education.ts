/** The education office: the highest education of a person, and where somebody studies now. */
import { divisionName } from '../divisions.ts';
import { personRegister } from '../register.ts';
import { registerDepartment } from '../registers.ts';
import { dayBetween, orNull } from '../row-values.ts';

const LEVELS = [
  'primary',
  'junior-middle',
  'senior-middle',
  'college',
  'bachelor',
  'master',
] as const;
const SCHOOLS = ['第一中学', '外国语学校', '𡋾頭小学', '职业技术学院', '㙍涌中学', '大学'] as const;
const STATUSES = ['enrolled', 'graduated', 'left', 'suspended'] as const;

const educationRecord = personRegister({
  table: 'education_record',
  key: ['id_number'],
  share: 0.6,
  date: 'graduation_date',
  row: (person, { random }) => ({
    id_number: person.idNumber,
    highest_education: orNull(random, random.pick(LEVELS), 0.03),
    school_name: orNull(random, divisionName(person.homeDivision) + random.pick(SCHOOLS), 0.03),
    graduation_date: orNull(random, dayBetween(random, 1950, 2026), 0.2),
    student_status: random.pick(STATUSES),
  }),
});

export const education = registerDepartment({
  name: 'education',
  databaseName: 'education',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [educationRecord],
});
