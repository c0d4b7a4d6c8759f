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

/** The time of day, by the reader's locale. */
export const sayTime = (iso: string): string =>
  new Date(iso).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });

/** The whole of it, for a tooltip; hours by the reader's locale. */
export const sayInstant = (iso: string): string => {
  const instant = new Date(iso);
  const day = instant.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  return `${day}, ${sayTime(iso)}`;
};

/** A past moment as people say it: just now, 12 minutes ago, 3 hours ago, yesterday at 14:05, 3 Dec 2025. */
export const sayAgo = (iso: string, now: Date = new Date()): string => {
  const instant = new Date(iso);
  const minutes = Math.floor((now.getTime() - instant.getTime()) / 60_000);
  // A clock that is a little ahead of ours is no reason to speak of the future.
  if (minutes < 5) return 'just now';
  if (minutes < 60) return `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 12) return hours === 1 ? '1 hour ago' : `${hours} hours ago`;
  const day = sayDay(iso, now);
  if (day === 'Today' || day === 'Yesterday') return `${day.toLowerCase()} at ${sayTime(iso)}`;
  return /^\d/.test(day) ? `on ${day}` : `on ${day} at ${sayTime(iso)}`;
};
