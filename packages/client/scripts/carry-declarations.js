// Copies the declaration of the procedures, and what it names, out of @docket/api's build into this one's, so that the
// package types itself without the server. Fails where a declaration begins to name a package that clients lack.
import { readFile, writeFile } from 'node:fs/promises';

const api = new URL('./', import.meta.resolve('@docket/api'));
const dist = new URL('../dist/', import.meta.url);

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"']+)\1/g;
const CARRIED = /^\.\/([\w-]+)\.(?:js|ts)$/;
const INSTALLED = /^@trpc\/server(\/|$)/;

const names = new Set(['procedures']);
for (const name of names) {
  const declaration = await readFile(new URL(`${name}.d.ts`, api), 'utf8');
  for (const [, , specifier = ''] of declaration.matchAll(SPECIFIER)) {
    const carried = CARRIED.exec(specifier)?.[1];
    if (carried !== undefined) names.add(carried);
    else if (!INSTALLED.test(specifier)) {
      throw new Error(`@docket/api's ${name}.d.ts names '${specifier}', which users of @docket/client do not have.`);
    }
  }
  await writeFile(new URL(`${name}.d.ts`, dist), declaration.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n'));
}
