import type { Page } from 'playwright-core';
import { type Expected, readLatest, type TaskState } from './expected.ts';
import type { Random } from './random.ts';

type View = 'Tasks' | 'Completed' | 'Trash';

/** More open tasks than this would not all be on the page. */
const MAX_OPEN = 9;
/** Of the tasks that left the list, the latest are on the page for sure. */
const WITHIN_REACH = 6;

const goTo = async (page: Page, view: View): Promise<void> => {
  await page.getByRole('link', { name: new RegExp(`^${view}`) }).click();
  await page.getByRole('heading', { level: 1, name: view }).waitFor();
};

const findTitle = (page: Page, title: string) => page.getByRole('button', { name: title, exact: true });

/** As a person does who is used to the keys. */
const pressOn = async (page: Page, title: string, key: string): Promise<void> => {
  await findTitle(page, title).focus();
  await page.keyboard.press(key);
};

/** Waits until the row is gone, or shows that the task is done, or open again. */
const awaitDone = (page: Page, title: string, isDone: boolean): Promise<void> =>
  page
    .locator(`.task-row[data-completed=${String(!isDone)}]`)
    .filter({ has: findTitle(page, title) })
    .waitFor({ state: 'detached' });

/** An edit: what is done on screen, and what the task is then. Resolves when it can be seen. */
interface Edit {
  readonly task: Expected;
  readonly after: TaskState;
  run(page: Page): Promise<void>;
}

const complete = (task: Expected, before: TaskState): Edit => ({
  task,
  after: { ...before, completed: true },
  run: async (page) => {
    await goTo(page, 'Tasks');
    await pressOn(page, before.title, 'c');
    await awaitDone(page, before.title, true);
  },
});

const reopen = (task: Expected, before: TaskState): Edit => ({
  task,
  after: { ...before, completed: false },
  run: async (page) => {
    await goTo(page, 'Completed');
    await pressOn(page, before.title, 'c');
    await awaitDone(page, before.title, false);
  },
});

const rename = (task: Expected, before: TaskState): Edit => {
  const title = `${task.name} is version ${task.states.length}`;
  return {
    task,
    after: { ...before, title },
    run: async (page) => {
      await goTo(page, 'Tasks');
      await pressOn(page, before.title, 'F2');
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText(title);
      await page.keyboard.press('Enter');
      await findTitle(page, title).waitFor();
    },
  };
};

const describe = (task: Expected, before: TaskState): Edit => {
  const description = `Note ${task.states.length} of ${task.name}`;
  return {
    task,
    after: { ...before, description },
    run: async (page) => {
      await goTo(page, 'Tasks');
      await pressOn(page, before.title, 'o');
      await page.getByLabel('Description').fill(description);
      await page.getByRole('button', { name: 'Close details' }).click();
      await page.getByLabel('Description').waitFor({ state: 'detached' });
    },
  };
};

const remove = (task: Expected, before: TaskState): Edit => ({
  task,
  after: { ...before, deleted: true },
  run: async (page) => {
    await goTo(page, 'Tasks');
    await pressOn(page, before.title, 'Delete');
    await findTitle(page, before.title).waitFor({ state: 'detached' });
  },
});

const restore = (task: Expected, before: TaskState): Edit => ({
  task,
  after: { ...before, deleted: false },
  run: async (page) => {
    await goTo(page, 'Trash');
    const button = page.getByRole('button', { name: `Restore: ${before.title}`, exact: true });
    await button.click();
    await button.waitFor({ state: 'detached' });
  },
});

/** Deletes the task and takes that back at once. */
const removeAndUndo = (task: Expected, before: TaskState): Edit => ({
  task,
  after: before,
  run: async (page) => {
    await remove(task, before).run(page);
    await page.keyboard.press('ControlOrMeta+z');
    await findTitle(page, before.title).waitFor();
  },
});

const add = (task: Expected): Edit => {
  const title = `${task.name} is new`;
  return {
    task,
    after: { title, description: '', completed: false, deleted: false },
    run: async (page) => {
      await goTo(page, 'Tasks');
      await page.getByLabel('New task').fill(title);
      await page.getByLabel('New task').press('Enter');
      await findTitle(page, title).waitFor();
    },
  };
};

const OPEN_EDITS = [complete, complete, rename, rename, describe, remove, removeAndUndo];
const CLOSING_EDITS = [complete, remove];

/** What somebody does next; `tasks` in the order in which they were made. */
export const chooseEdit = (tasks: readonly Expected[], random: Random): Edit => {
  const select = (isWanted: (state: TaskState) => boolean): Expected[] =>
    tasks.filter((task) => isWanted(readLatest(task)));
  const open = select(({ completed, deleted }) => !completed && !deleted);
  const completed = select((state) => state.completed && !state.deleted).slice(-WITHIN_REACH);
  const deleted = select((state) => state.deleted).slice(-WITHIN_REACH);
  const back = [
    ...completed.map((task) => ({ task, edit: reopen })),
    ...deleted.map((task) => ({ task, edit: restore })),
  ];
  const returning = open.length < MAX_OPEN && random.percent(25) ? random.pick(back) : undefined;
  if (returning) return returning.edit(returning.task, readLatest(returning.task));
  const task = random.pick(open);
  const isFull = open.length >= MAX_OPEN;
  if (task === undefined || (!isFull && random.percent(25))) return add({ name: `t${tasks.length + 1}`, states: [] });
  const edit = random.pick(isFull ? CLOSING_EDITS : OPEN_EDITS) ?? rename;
  return edit(task, readLatest(task));
};
