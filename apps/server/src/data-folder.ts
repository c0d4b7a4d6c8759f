import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The data folder cannot be used; the message names it and says what to do. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

const refuse = (folder: string, cause: unknown): DataFolderError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DataFolderError(
    `Docket cannot write its data folder ${folder} (${reason}). Make it a folder that this user can write, or set DATABASE_URL and JWT_SECRET.`,
    { cause },
  );
};

/**
 * Makes the folder where it is missing. Others may pass through, because PostgreSQL runs as a user of its own when
 * Docket runs as root; each file in it is for its owner alone.
 *
 * @throws {DataFolderError}
 */
export const ensureDataFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const probe = join(folder, '.writable');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw refuse(folder, error);
  }
};

const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * The signing secret kept in the data folder, made on the first start: 48 random bytes in base64url.
 *
 * @throws {DataFolderError}
 */
export const keepSecret = (folder: string): { secret: string; file: string; isNew: boolean } => {
  const file = join(folder, 'jwt-secret');
  ensureDataFolder(folder);
  try {
    const known = readIfThere(file);
    if (known !== undefined && known !== '') return { secret: known, file, isNew: false };
    const secret = randomBytes(48).toString('base64url');
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    return { secret, file, isNew: true };
  } catch (error) {
    throw refuse(folder, error);
  }
};
