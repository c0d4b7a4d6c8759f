import { fileURLToPath } from 'node:url';

/** Where the embedded database and the signing secret are kept: `.data` at the top of the checkout. */
export const DATA_FOLDER = fileURLToPath(new URL('../../../.data', import.meta.url));

/** What `vite build` makes. */
export const WEB_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));
