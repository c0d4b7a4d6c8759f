/** Cities by region, as in the IANA time zone database. */
export type TimeZoneGroup = {
  readonly region: string;
  readonly zones: readonly { readonly id: string; readonly city: string }[];
};

const OTHER = 'Other';

/** What browsers still call by an old name, and people no longer do. */
const RENAMED = new Map([
  ['Africa/Asmera', 'Africa/Asmara'],
  ['America/Coral_Harbour', 'America/Atikokan'],
  ['America/Godthab', 'America/Nuuk'],
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['Asia/Katmandu', 'Asia/Kathmandu'],
  ['Asia/Rangoon', 'Asia/Yangon'],
  ['Asia/Saigon', 'Asia/Ho_Chi_Minh'],
  ['Atlantic/Faeroe', 'Atlantic/Faroe'],
  ['Europe/Kiev', 'Europe/Kyiv'],
  ['Pacific/Enderbury', 'Pacific/Kanton'],
  ['Pacific/Ponape', 'Pacific/Pohnpei'],
  ['Pacific/Truk', 'Pacific/Chuuk'],
]);

/** A zone by its name of today. */
export const renameTimeZone = (id: string): string => RENAMED.get(id) ?? id;

/** All that this browser knows, and `current` even if it is none of them. */
export const listTimeZones = (current: string): readonly TimeZoneGroup[] => {
  const ids = new Set(['UTC', current, ...Intl.supportedValuesOf('timeZone')].map(renameTimeZone));
  const groups = new Map<string, { id: string; city: string }[]>();
  for (const id of ids) {
    const [region = OTHER, ...rest] = id.split('/');
    const city = rest.join(', ').replaceAll('_', ' ');
    const name = city === '' ? OTHER : region;
    groups.set(name, [...(groups.get(name) ?? []), { id, city: city === '' ? id : city }]);
  }
  return [...groups]
    .map(([region, zones]) => ({ region, zones: zones.toSorted((a, b) => a.city.localeCompare(b.city)) }))
    .toSorted((a, b) => Number(a.region === OTHER) - Number(b.region === OTHER) || a.region.localeCompare(b.region));
};

/** What a clock there shows. */
export const readClock = (timeZone: string, now: Date): string =>
  new Intl.DateTimeFormat(undefined, { weekday: 'long', hour: '2-digit', minute: '2-digit', timeZone }).format(now);

/** What this device is set to. */
export const readOwnTimeZone = (): string => renameTimeZone(Intl.DateTimeFormat().resolvedOptions().timeZone);
