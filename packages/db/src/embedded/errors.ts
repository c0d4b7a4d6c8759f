/** Why the embedded PostgreSQL cannot run, in sentences for a person: what is wrong and what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** A start that lost its port, or found an earlier server's memory still in use: the next attempt can succeed. */
export class StartClashError extends EmbeddedPostgresError {
  override readonly name = 'StartClashError';
}

/** The `code` of a Node or PostgreSQL error, or the empty string. */
export const readErrorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Any text of a failed program that says the disk is full, as PostgreSQL words it. */
export const tellsFullDisk = (text: string): boolean => /No space left on device|Check free disk space/.test(text);

/** The last lines of what a program wrote, where it says why it ended. */
export const lastLines = (text: string): string => text.trim().split('\n').slice(-10).join('\n').slice(-2000);

/** The sentence for a full disk below `folder`. */
export const describeFullDisk = (folder: string): string =>
  `The disk that holds ${folder} is full. Free some space and start again.`;

const describeFileError = (code: string, path: string, folder: string): string | undefined => {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `Permission denied for ${path}, where Docket keeps its database (${folder}). Give this user read and write access to it, start as the user who owns it, or set DATABASE_URL.`;
    case 'EROFS':
      return `${path} is on a read-only file system, so Docket cannot keep its database in ${folder}. Make it writable, or set DATABASE_URL.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `Docket keeps its database in the folder ${folder}, but ${path} is a file. Move that file away, or set DATABASE_URL.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return describeFullDisk(folder);
    default:
      return undefined;
  }
};

/** Turns whatever went wrong while using `folder` into an EmbeddedPostgresError; the first error stays its cause. */
export const toEmbeddedPostgresError = (error: unknown, folder: string): EmbeddedPostgresError => {
  if (error instanceof EmbeddedPostgresError) return error;
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : folder;
  const reason = error instanceof Error ? error.message : String(error);
  return new EmbeddedPostgresError(
    describeFileError(readErrorCode(error), path, folder) ??
      `The database in ${folder} could not be started: ${reason}. Set DATABASE_URL to use another one.`,
    { cause: error },
  );
};
