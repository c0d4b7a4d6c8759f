import type { Changes } from '@docket/domain';
import { describe, expect, test } from 'vitest';
import { joinPages } from './join-pages.ts';
import { makeTask } from './testing/make-task.ts';

const makePage = (index: number, fields: Partial<Changes> = {}): Changes => ({
  revision: 7,
  reset: false,
  next: 'more',
  olderCompleted: null,
  tasks: [makeTask(index)],
  ...fields,
});
const LAST = { next: null };

describe('joinPages', () => {
  test('leaves an answer of one page as it is', () => {
    const only = makePage(1, LAST);
    expect(joinPages([], only)).toEqual(only);
  });

  test('puts the tasks of all pages together, in their order', () => {
    const whole = joinPages([makePage(1), makePage(2)], makePage(3, { ...LAST, olderCompleted: 'older' }));
    expect(whole).toEqual({
      revision: 7,
      reset: false,
      next: null,
      olderCompleted: 'older',
      tasks: [makeTask(1), makeTask(2), makeTask(3)],
    });
  });

  test('throws away what came ahead of a page that begins anew, and begins anew itself', () => {
    const whole = joinPages([makePage(1), makePage(2, { reset: true }), makePage(3)], makePage(4, LAST));
    expect(whole).toMatchObject({ reset: true, tasks: [makeTask(2), makeTask(3), makeTask(4)] });
    expect(joinPages([makePage(1)], makePage(2, { ...LAST, reset: true }))).toMatchObject({
      reset: true,
      tasks: [makeTask(2)],
    });
  });
});
