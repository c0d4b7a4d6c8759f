import type { Task } from '@docket/domain';
import { describe, expect, test } from 'vitest';
import { type Change, holdsText, layChangesOver, toChange } from './changes.ts';

const toId = (index: number): string => `018f2c6e-7d1a-7c3b-9a52-${String(index).padStart(12, '0')}`;

/** The greater the index, the newer. */
const makeTask = (index: number, fields: Partial<Task> = {}): Task => {
  const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString();
  return {
    id: toId(index),
    title: `Task ${index}`,
    description: '',
    completed: false,
    completedAt: null,
    createdAt,
    updatedAt: createdAt,
    ...fields,
  };
};

const submittedAt = '2026-11-21T08:30:00.000Z';
const unsaved = { mutationId: 1, submittedAt, error: null };
const failed = { mutationId: 2, submittedAt, error: new Error('Docket cannot be reached.') };

type Base = Pick<Change, 'mutationId' | 'submittedAt' | 'error'>;

const create = (input: Extract<Change, { kind: 'create' }>['input'], base: Base = unsaved): Change => ({
  ...base,
  kind: 'create',
  input,
});
const update = (input: Extract<Change, { kind: 'update' }>['input'], base: Base = unsaved): Change => ({
  ...base,
  kind: 'update',
  input,
});
const remove = (id: string, base: Base = unsaved): Change => ({
  ...base,
  kind: 'delete',
  input: { id },
});

const listTitles = (tasks: readonly Task[], changes: readonly Change[]): string[] =>
  layChangesOver(tasks, changes).map(({ title }) => title);

describe('toChange', () => {
  test.each([
    ['create', { id: toId(1), title: ' Buy milk ' }, { id: toId(1), title: 'Buy milk' }],
    ['update', { id: toId(1), completed: true }, { id: toId(1), completed: true }],
    ['delete', { id: toId(1).toUpperCase() }, { id: toId(1) }],
  ])('reads a %s of tRPC`s', (kind, variables, input) => {
    expect(toChange([['tasks', kind]], failed, variables)).toEqual({ ...failed, kind, input });
  });

  test.each([
    ['of no mutation', undefined],
    ['that is empty', []],
    ['of another router', [['auth', 'create']]],
    ['of a query', [['tasks', 'list']]],
    ['of all of tasks', [['tasks']]],
    ['that goes on', [['tasks', 'create', 'again']]],
    ['that goes on with an input', [['tasks', 'create'], { type: 'query' }]],
    ['that is not nested', ['tasks', 'create']],
  ])('is null for a key %s', (_, mutationKey) => {
    expect(toChange([['tasks', 'create']], unsaved, { id: toId(1), title: 'x' })).not.toBeNull();
    expect(toChange(mutationKey, unsaved, { id: toId(1), title: 'x' })).toBeNull();
  });

  test.each([
    ['create', { title: 'x' }],
    ['create', { id: toId(1), title: ' ' }],
    ['create', undefined],
    ['update', { title: 'x' }],
    ['update', { id: toId(1), userId: toId(2) }],
    ['delete', { id: '1' }],
    ['delete', {}],
    ['delete', null],
  ])('is null for a %s of %j', (kind, variables) => {
    expect(toChange([['tasks', kind]], unsaved, variables)).toBeNull();
  });
});

describe('holdsText', () => {
  test.each([
    ['a new task', create({ id: toId(1), title: 'x' }), true],
    ['a new title', update({ id: toId(1), title: 'x' }), true],
    ['a new description', update({ id: toId(1), description: 'x' }), true],
    ['a description that was emptied', update({ id: toId(1), description: '' }), true],
    ['a title together with the box', update({ id: toId(1), title: 'x', completed: true }), true],
    ['the box alone', update({ id: toId(1), completed: false }), false],
    ['nothing at all', update({ id: toId(1) }), false],
    ['a deletion', remove(toId(1)), false],
  ])('of %s', (_, change, expected) => {
    expect(holdsText(change)).toBe(expected);
  });
});

describe('layChangesOver', () => {
  test('puts the newest task first, and of the same millisecond the greater id', () => {
    const { createdAt } = makeTask(2);
    const tasks = [makeTask(1), makeTask(2), makeTask(4, { createdAt }), makeTask(3, { createdAt }), makeTask(5)];
    expect(listTitles(tasks, [])).toEqual(['Task 5', 'Task 4', 'Task 3', 'Task 2', 'Task 1']);
    expect(listTitles(tasks.toReversed(), [])).toEqual(listTitles(tasks, []));
  });

  test('shows each task once, the later answer of the server standing', () => {
    expect(listTitles([makeTask(1), makeTask(2), makeTask(1, { title: 'Renamed' })], [])).toEqual([
      'Task 2',
      'Renamed',
    ]);
  });

  test('answers the same object for a task that no change concerns', () => {
    const [first, second] = [makeTask(1), makeTask(2)];
    const [, before] = layChangesOver([first, second], []);
    const [changed, after] = layChangesOver([first, second], [update({ id: second.id, title: 'x' })]);
    expect(after).toBe(before);
    expect(changed?.title).toBe('x');
    expect(layChangesOver([{ ...first }], [])[0]).not.toBe(before);
  });

  test('keeps an unsaved title marked while the task is completed after it', () => {
    const renaming = update({ id: toId(1), title: 'Renamed' }, failed);
    const completing = update({ id: toId(1), completed: true });
    const [shown] = layChangesOver([makeTask(1)], [renaming, completing]);
    expect(shown).toMatchObject({ title: 'Renamed', completed: true, failure: renaming });
  });

  test('never touches the server`s own answers', () => {
    const task = Object.freeze(makeTask(1));
    const tasks = Object.freeze([task]);
    const changes = Object.freeze([
      update({ id: task.id, title: 'x', completed: true }),
      create({ id: toId(2), title: 'New' }),
      remove(task.id),
    ]);
    expect(listTitles(tasks, changes)).toEqual(['New']);
    expect(task).toEqual(makeTask(1));
    expect(layChangesOver(tasks, [])).toEqual([{ ...task, isNew: false, failure: null }]);
  });

  describe('a create', () => {
    test('is shown as the task that it will be', () => {
      expect(layChangesOver([], [create({ id: toId(1), title: 'New' })])).toEqual([
        {
          id: toId(1),
          title: 'New',
          description: '',
          completed: false,
          completedAt: null,
          createdAt: submittedAt,
          updatedAt: submittedAt,
          isNew: true,
          failure: null,
        },
      ]);
    });

    test('of a task that is done keeps when', () => {
      const change = create({ id: toId(1), title: 'New', description: 'Text', completed: true });
      expect(layChangesOver([], [change])).toMatchObject([
        { description: 'Text', completed: true, completedAt: submittedAt },
      ]);
    });

    test('stands above what the server has, whatever the two clocks say', () => {
      const later = makeTask(9, { createdAt: '2099-01-01T00:00:00.000Z' });
      const changes = [create({ id: toId(1), title: 'New' }), create({ id: toId(2), title: 'Newer' })];
      expect(listTitles([later], changes)).toEqual(['Newer', 'New', 'Task 9']);
    });

    test('that failed stays, with its failure', () => {
      const change = create({ id: toId(1), title: 'New' }, failed);
      expect(layChangesOver([makeTask(2)], [change])).toMatchObject([
        { title: 'New', isNew: true, failure: change },
        { title: 'Task 2', failure: null },
      ]);
    });

    test('gives way to the server`s task, even if its own answer was lost', () => {
      const task = makeTask(1, { title: 'The server`s' });
      for (const base of [unsaved, failed]) {
        expect(layChangesOver([task], [create({ id: task.id, title: 'Mine' }, base)])).toEqual([
          { ...task, isNew: false, failure: null },
        ]);
      }
    });
  });

  describe('an update', () => {
    const task = makeTask(1, { description: 'Before' });

    test('changes what it names, and nothing else', () => {
      const show = (input: Omit<Extract<Change, { kind: 'update' }>['input'], 'id'>) =>
        layChangesOver([task], [update({ id: task.id, ...input })]);
      const same = { ...task, isNew: false, failure: null };
      expect(show({})).toEqual([same]);
      expect(show({ title: 'After' })).toEqual([{ ...same, title: 'After' }]);
      expect(show({ description: '' })).toEqual([{ ...same, description: '' }]);
      expect(show({ completed: true })).toEqual([{ ...same, completed: true, completedAt: submittedAt }]);
    });

    test('that completes a completed task keeps when that was', () => {
      const completedAt = '2026-01-02T00:00:00.000Z';
      const done = makeTask(1, { completed: true, completedAt });
      expect(layChangesOver([done], [update({ id: done.id, completed: true })])[0]?.completedAt).toBe(completedAt);
      expect(layChangesOver([done], [update({ id: done.id, completed: false })])[0]?.completedAt).toBeNull();
    });

    test('that failed keeps its text on screen, but not the box', () => {
      const change = update({ id: task.id, title: 'After', completed: true }, failed);
      expect(layChangesOver([task], [change])).toEqual([{ ...task, title: 'After', isNew: false, failure: change }]);
    });

    test('lies over the ones before it', () => {
      const changes = [
        update({ id: task.id, title: 'First', completed: true }),
        update({ id: task.id, description: 'Second' }),
        update({ id: task.id, title: 'Third' }),
      ];
      expect(layChangesOver([task], changes)).toMatchObject([
        { title: 'Third', description: 'Second', completed: true, completedAt: submittedAt },
      ]);
      expect(listTitles([task], changes.toReversed())).toEqual(['First']);
    });

    test('that fails takes no other with it', () => {
      const changes = [
        update({ id: task.id, completed: true }),
        update({ id: task.id, title: 'Refused' }, failed),
        update({ id: toId(2), title: 'Saved' }),
      ];
      expect(layChangesOver([task, makeTask(2)], changes)).toMatchObject([
        { title: 'Saved', failure: null },
        { title: 'Refused', completed: true, failure: changes[1] },
      ]);
    });

    test('of a task that is not created yet changes the one on screen', () => {
      const changes = [create({ id: toId(2), title: 'New' }), update({ id: toId(2), completed: true })];
      expect(layChangesOver([task], changes)[0]).toMatchObject({ title: 'New', completed: true, isNew: true });
    });

    test('of a task that is not there shows nothing', () => {
      expect(listTitles([task], [update({ id: toId(2), title: 'Ghost' })])).toEqual(['Task 1']);
    });
  });

  describe('a deletion', () => {
    test('takes the task away, and only that one', () => {
      expect(listTitles([makeTask(1), makeTask(2)], [remove(toId(1))])).toEqual(['Task 2']);
      expect(listTitles([makeTask(1)], [remove(toId(3))])).toEqual(['Task 1']);
    });

    test('that failed leaves it there', () => {
      expect(layChangesOver([makeTask(1)], [remove(toId(1), failed)])).toEqual([
        { ...makeTask(1), isNew: false, failure: null },
      ]);
    });

    test('that is undone brings the task back', () => {
      const { id, title, description, completed } = makeTask(1, { title: 'Kept', description: 'Text' });
      const changes = [remove(id), create({ id, title, description, completed })];
      expect(layChangesOver([makeTask(1)], changes)).toMatchObject([{ id, title: 'Kept', description: 'Text' }]);
    });

    test('takes what was changed before away with it', () => {
      expect(listTitles([makeTask(1)], [update({ id: toId(1), title: 'x' }), remove(toId(1))])).toEqual([]);
      expect(listTitles([makeTask(1)], [remove(toId(1)), update({ id: toId(1), title: 'x' })])).toEqual([]);
    });
  });
});
