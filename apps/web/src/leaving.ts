/**
 * Whose session this browser still has to end, because its owner signed out while the server could not be told. As long as
 * it is there, no page goes on with the session of the cookie.
 */
const STORAGE_KEY = 'docket.leaving';

/** The account's id; null where nobody is on the way out, or storage is denied. */
export const readLeaving = (): string | null => {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
};

/** Writes down who leaves; null: the session has ended. */
export const writeLeaving = (accountId: string | null): void => {
  try {
    if (accountId === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, accountId);
  } catch {
    // Storage is denied or full: then the session ends now or by itself.
  }
};
