import { describe, expect, test } from 'vitest';
import { listTimeZones, readClock, readOwnTimeZone, renameTimeZone } from './time-zones.ts';

const listIds = (current: string) => listTimeZones(current).flatMap(({ zones }) => zones.map(({ id }) => id));

describe('listTimeZones', () => {
  test('has every zone that the browser knows once, and UTC', () => {
    const ids = listIds('Europe/Berlin');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['UTC', ...Intl.supportedValuesOf('timeZone').map(renameTimeZone)]));
  });

  test('has an older name that the account goes by', () => {
    expect(listIds('US/Pacific')).toContain('US/Pacific');
  });

  test('calls every zone by its name of today, and names only zones that there are', () => {
    expect(listIds('Asia/Calcutta')).toContain('Asia/Kolkata');
    expect(listIds('Asia/Calcutta')).not.toContain('Asia/Calcutta');
    for (const id of listIds('UTC')) expect(readClock(id, new Date())).not.toBe('');
  });

  test('groups cities by region in the order of the alphabet, what has no region last', () => {
    const groups = listTimeZones('UTC');
    const regions = groups.map(({ region }) => region);
    expect(regions.at(-1)).toBe('Other');
    expect(regions.slice(0, -1)).toEqual(regions.slice(0, -1).toSorted());
    const america = groups.find(({ region }) => region === 'America');
    expect(america?.zones).toContainEqual({ id: 'America/New_York', city: 'New York' });
    expect(america?.zones).toContainEqual({ id: 'America/Argentina/Ushuaia', city: 'Argentina, Ushuaia' });
  });
});

describe('readClock', () => {
  test('tells the day and the time there', () => {
    const said = readClock('Pacific/Kiritimati', new Date('2026-03-18T12:30:00Z'));
    expect(said).toMatch(/Thursday/);
    expect(said).toMatch(/0?2[:.]30/);
  });
});

test('readOwnTimeZone names a zone of the list', () => {
  expect(listIds(readOwnTimeZone())).toContain(readOwnTimeZone());
});
