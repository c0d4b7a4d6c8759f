/**
 * Where to go after signing in: a path of this very site, or `/`. Everything else that a link could have put into
 * `?redirect=` (another origin, `//host`, `javascript:`) is not followed (OWASP: unvalidated redirects).
 */
export const toSafePath = (candidate: unknown, origin: string = window.location.origin): string => {
  if (typeof candidate !== 'string' || !/^\/(?![/\\])/.test(candidate)) return '/';
  if (!URL.canParse(candidate, origin)) return '/';
  const url = new URL(candidate, origin);
  if (url.origin !== origin || /^\/sign-(in|up)\b/.test(url.pathname)) return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  // Dots in a path can bring forth a second slash: `/.//evil.example`.
  return path.startsWith('//') ? '/' : path;
};
