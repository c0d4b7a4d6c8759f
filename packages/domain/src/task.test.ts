import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { CreateTaskInput, formatTaskCursor, ListTasksInput, TaskIdInput, UpdateTaskInput } from './task.ts';

const listRefusals = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

const id = '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11';
const createdAt = '2026-11-21T08:30:00.000Z';

describe('CreateTaskInput', () => {
  test('needs a title only', () => {
    expect(CreateTaskInput.parse({ title: '  Buy milk ' })).toEqual({ title: 'Buy milk' });
    expect(listRefusals(CreateTaskInput, {})).toEqual(['The title must be text.']);
  });

  test('takes a title of 500 characters and a description of 10,000, an emoji counting as one', () => {
    const title = '🌿'.repeat(500);
    const description = '🌿'.repeat(10_000);
    expect(CreateTaskInput.parse({ title, description })).toEqual({ title, description });
    expect(listRefusals(CreateTaskInput, { title: `${title}x`, description: `${description}x` })).toEqual([
      'The title can have at most 500 characters.',
      'The description can have at most 10,000 characters.',
    ]);
  });

  test('keeps a description as it was written, even one without a visible character', () => {
    for (const description of ['', '  \n', '  - milk\n  - tea\n']) {
      expect(CreateTaskInput.parse({ title: 'x', description }).description).toBe(description);
    }
  });

  test.each([
    ['an empty title', { title: '' }],
    ['an invisible title', { title: ' \u200B\u2060\u3164 ' }],
    ['no title at all but null', { title: null }],
    ['a title that is a number', { title: 1 }],
    ['NUL in the title', { title: 'a\0b' }],
    ['a lone surrogate in the title', { title: 'a\uD800' }],
    ['NUL in the description', { title: 'x', description: 'a\0b' }],
    ['a lone surrogate in the description', { title: 'x', description: '\uDC00' }],
    ['a description that is null', { title: 'x', description: null }],
    ['`completed` as text', { title: 'x', completed: 'false' }],
    ['`completed` as a number', { title: 'x', completed: 0 }],
    ['an id that is no UUID', { title: 'x', id: '1' }],
  ])('refuses %s, and nothing else', (_, input) => {
    expect(listRefusals(CreateTaskInput, input)).toHaveLength(1);
  });
});

describe('UpdateTaskInput', () => {
  test('names only what changes', () => {
    expect(UpdateTaskInput.parse({ id })).toEqual({ id });
    expect(UpdateTaskInput.parse({ id, completed: false })).toEqual({ id, completed: false });
    expect(UpdateTaskInput.parse({ id, title: ' x ', description: '' })).toEqual({ id, title: 'x', description: '' });
  });

  test('needs an id, and holds a title to the same rules as a new task`s', () => {
    expect(UpdateTaskInput.safeParse({ title: 'x' }).success).toBe(false);
    expect(listRefusals(UpdateTaskInput, { id, title: '\u200B' })).toEqual([
      'The title needs at least one visible character.',
    ]);
  });
});

describe('ids', () => {
  test('come out in lower case', () => {
    const written = id.toUpperCase();
    expect(TaskIdInput.parse({ id: written })).toEqual({ id });
    expect(UpdateTaskInput.parse({ id: written })).toEqual({ id });
    expect(CreateTaskInput.parse({ id: written, title: 'x' })).toEqual({ id, title: 'x' });
  });
});

describe('ListTasksInput', () => {
  test('asks for 50 tasks of every kind from the first page on', () => {
    expect(ListTasksInput.parse({})).toEqual({ limit: 50 });
    expect(ListTasksInput.parse({ cursor: null })).toEqual({ cursor: null, limit: 50 });
  });

  test.each([1, 50, 100])('takes a limit of %d', (limit) => {
    expect(ListTasksInput.parse({ limit })).toEqual({ limit });
  });

  test.each([[0], [101], [-1], [1.5], [Number.NaN], [Infinity], ['10'], [null], [10n]])(
    'refuses a limit of %s',
    (limit) => {
      expect(ListTasksInput.safeParse({ limit }).success).toBe(false);
    },
  );

  test('takes whichever way a client walks, and none', () => {
    for (const direction of ['forward', 'backward']) {
      expect(ListTasksInput.parse({ direction })).toEqual({ direction, limit: 50 });
    }
    expect(ListTasksInput.parse({ direction: undefined }).direction).toBeUndefined();
    expect(ListTasksInput.safeParse({ direction: 'sideways' }).success).toBe(false);
  });

  test.each([['true'], [1], [null]])('refuses %j for `completed`', (completed) => {
    expect(listRefusals(ListTasksInput, { completed })).toEqual(['`completed` is true or false.']);
  });
});

describe('a cursor', () => {
  test('reads back as the task that it was made of', () => {
    const instant = fc.date({
      min: new Date('1970-01-01T00:00:00.000Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, fc.uuid(), (date, uuid) => {
        const last = { createdAt: date.toISOString(), id: uuid };
        expect(ListTasksInput.parse({ cursor: formatTaskCursor(last) }).cursor).toEqual(last);
      }),
    );
  });

  test('reads an id of capital letters as the same', () => {
    const cursor = formatTaskCursor({ createdAt, id: id.toUpperCase() });
    expect(ListTasksInput.parse({ cursor }).cursor).toEqual({ createdAt, id });
  });

  test.each([
    ['nothing', ''],
    ['a word', 'abc'],
    ['separators', '___'],
    ['only an instant', createdAt],
    ['only an id', id],
    ['an instant without an id', `${createdAt}_`],
    ['an id without an instant', `_${id}`],
    ['the two the wrong way round', `${id}_${createdAt}`],
    ['something after the id', `${createdAt}_${id}_`],
    ['spaces', ` ${createdAt}_${id}`],
    ['30 February', `2026-02-30T00:00:00.000Z_${id}`],
    ['29 February of a common year', `2026-02-29T00:00:00.000Z_${id}`],
    ['the 24th hour', `2026-11-21T24:00:00.000Z_${id}`],
    ['infinity', `infinity_${id}`],
    ['the year 0', `0000-01-01T00:00:00.000Z_${id}`],
    ['a year before all tasks', `1969-12-31T23:59:59.999Z_${id}`],
    ['microseconds', `2026-11-21T08:30:00.000000Z_${id}`],
    ['another zone', `2026-11-21T08:30:00.000+01:00_${id}`],
    ['SQL', `2026-11-21T08:30:00.000Z' or true --_${id}`],
    ['NUL', `${createdAt}\0_${id}`],
    ['a megabyte of separators', '_'.repeat(1_000_000)],
  ])('made of %s is refused', (_, cursor) => {
    expect(listRefusals(ListTasksInput, { cursor })).toEqual([
      '`cursor` is not the `nextCursor` of a page. Leave it out to begin at the first page.',
    ]);
  });

  test.each([[1], [{ createdAt, id }], [[createdAt, id]], [true]])('that is %j is refused', (cursor) => {
    expect(listRefusals(ListTasksInput, { cursor })).toEqual(['`cursor` is the `nextCursor` of the page before.']);
  });
});

describe('inputs', () => {
  test.each([
    ['CreateTaskInput', CreateTaskInput, { title: 'x' }],
    ['UpdateTaskInput', UpdateTaskInput, { id, title: 'x' }],
    ['ListTasksInput', ListTasksInput, { limit: 1 }],
    ['TaskIdInput', TaskIdInput, { id }],
  ])('%s has no other key, __proto__ included', (_, schema, good) => {
    expect(schema.safeParse(good).success).toBe(true);
    for (const key of ['userId', 'user_id', '__proto__', 'constructor', 'toString', '']) {
      const value: unknown = JSON.parse(`${JSON.stringify(good).slice(0, -1)},${JSON.stringify(key)}:{}}`);
      expect(schema.safeParse(value).error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: [key] }]);
    }
  });
});
