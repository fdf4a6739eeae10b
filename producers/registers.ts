/** A whole department made of registers (register.ts says how to write one), for those that need no steps of their own. */
import type { SqlEngine } from '../bus/sql/sql.ts';
import { defineDepartment, type Department, type Step } from './department.ts';
import type { Register } from './register.ts';

export type RegisterDepartmentPlan = {
  readonly name: string;
  readonly databaseName: string;
  readonly engine?: SqlEngine;
  readonly schemaFile: URL;
  readonly registers: readonly Register[];
};

export function registerDepartment(plan: RegisterDepartmentPlan): Department {
  const { registers, ...rest } = plan;
  return defineDepartment({
    ...rest,
    tables: registers.map(({ table }) => table),
    async loadBatch(scene, range) {
      for (const register of registers) await register.load(scene, range);
    },
    steps: [...registers.flatMap(({ steps }) => steps), ...commonSteps(registers)],
  });
}

/** Written and taken back, and what a strict server must refuse. */
function commonSteps(registers: readonly Register[]): Step[] {
  const rollback: Step = {
    name: 'rollback',
    weight: 3 * registers.length,
    ends: 'rollback',
    async run(scene) {
      for (const register of registers) await register.writeMuch(scene);
    },
  };
  const write = registers.find(({ writeZeroDate }) => writeZeroDate)?.writeZeroDate;
  const zeroDate =
    write && ({ name: 'zero-date', weight: 1, ends: 'refused', run: write } as const);
  return zeroDate ? [rollback, zeroDate] : [rollback];
}
