// Made once: making one takes longer than all else that a row needs.
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const SHORT_DAY_WITH_YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const LONG_DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

const DAY_MILLISECONDS = 86_400_000;

const startOfDay = (instant: Date): number =>
  new Date(instant.getFullYear(), instant.getMonth(), instant.getDate()).getTime();

/** A past day as people say it: Today, Yesterday, Friday, 3 Dec, 3 Dec 2025. */
export const sayDay = (iso: string, now: Date = new Date()): string => {
  const instant = new Date(iso);
  const days = Math.round((startOfDay(now) - startOfDay(instant)) / DAY_MILLISECONDS);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days > 1 && days < 7) return WEEKDAY.format(instant);
  return (instant.getFullYear() === now.getFullYear() ? SHORT_DAY : SHORT_DAY_WITH_YEAR).format(instant);
};

/** A day to come as people say it: today, tomorrow, in 12 days. What is past counts as today. */
export const sayLeft = (iso: string, now: Date = new Date()): string => {
  const days = Math.round((startOfDay(new Date(iso)) - startOfDay(now)) / DAY_MILLISECONDS);
  if (days < 1) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
};

/** The time of day, by the reader's locale. */
export const sayTime = (iso: string): string => TIME.format(new Date(iso));

/** The whole of it, for a tooltip; hours by the reader's locale. */
export const sayInstant = (iso: string): string => `${LONG_DAY.format(new Date(iso))}, ${sayTime(iso)}`;

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
