/** Where to look further: commands, and how to connect with any SQL client. Names password files, never passwords. */
import { relative } from 'node:path';
import { text } from '../../bus/base/text.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import { DEFAULT_STACK } from '../globals.ts';
import { departmentUsers, serverOf } from '../stack/city.ts';
import type { LiveCity } from './live-city.ts';
import { readerLogin } from './reader.ts';

export function pointers(
  { access, pairs }: Pick<LiveCity, 'access' | 'pairs'>,
  home: string,
): string[] {
  const stack = relative(process.cwd(), home) || '.';
  const flag = stack === DEFAULT_STACK ? '' : ` --stack ${stack}`;
  const command = (words: string) => `npm run -s civicbus -- ${words}${flag}`;
  const reader = readerLogin(access.secretsFolder);
  const file = (path: string) => relative(process.cwd(), path);
  return [
    ...['doctor', 'lag population', 'verify view population', 'get agreements'].map((words) =>
      text('cli.board.further', { command: command(words) }),
    ),
    text('cli.board.hub', {
      ...access.address('hub'),
      user: reader.user,
      file: file(reader.passwordFile),
    }),
    ...pairs.pairs.map(({ agreement, database, user, passwordFile }) =>
      text('cli.board.copy', {
        ...access.address('subscribers'),
        database,
        table: agreement.delivery.table,
        user,
        file: file(passwordFile),
      }),
    ),
    ...DEPARTMENTS.map((department) => {
      const { appUser, appPasswordFile } = departmentUsers(department, access.secretsFolder);
      return text('cli.board.department', {
        ...access.address(serverOf(department)),
        database: department.databaseName,
        user: appUser,
        file: file(appPasswordFile),
      });
    }),
  ];
}
