import type { Changes } from '@docket/domain';

/**
 * The whole answer of these pages and the last one: only the whole tells of everything up to its revision. What came ahead
 * of a page that begins anew is void.
 */
export const joinPages = (earlier: readonly Changes[], last: Changes): Changes => {
  const pages = [...earlier, last];
  const anew = pages.findLastIndex(({ reset }) => reset);
  return { ...last, reset: anew !== -1, tasks: pages.slice(Math.max(anew, 0)).flatMap(({ tasks }) => tasks) };
};
