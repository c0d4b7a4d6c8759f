import { readFile } from 'node:fs/promises';

/** What the README says to run on a restored database. */
export const readRestoreStatement = async (): Promise<string> => {
  const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
  const [, statement] = /```sql\n(.*?);\n```/s.exec(readme) ?? [];
  if (statement === undefined) throw new Error('The README has no statement for a restored database.');
  return statement;
};
