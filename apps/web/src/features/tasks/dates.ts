const DAY_MILLISECONDS = 86_400_000;

const startOfDay = (instant: Date): number =>
  new Date(instant.getFullYear(), instant.getMonth(), instant.getDate()).getTime();

/** A past day as people say it: Today, Yesterday, Friday, 3 Dec, 3 Dec 2025. */
export const sayDay = (iso: string, now: Date = new Date()): string => {
  const instant = new Date(iso);
  const days = Math.round((startOfDay(now) - startOfDay(instant)) / DAY_MILLISECONDS);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days > 1 && days < 7) return instant.toLocaleDateString('en-GB', { weekday: 'long' });
  const year = instant.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return instant.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...year });
};

/** The whole of it, for a tooltip; hours by the reader's locale. */
export const sayInstant = (iso: string): string => {
  const instant = new Date(iso);
  const day = instant.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  return `${day}, ${instant.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}`;
};
