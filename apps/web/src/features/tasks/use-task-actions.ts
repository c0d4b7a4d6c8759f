import { useMemo } from 'react';
import { uuidv7 } from 'uuidv7';
import { useNotices } from '../../components/notices.tsx';
import type { ShownTask } from '../../sync/lay-over.ts';
import type { TaskFields } from '../../sync/writes.ts';
import { useSync } from '../../sync-context.tsx';
import { quote } from './quote.ts';
import { moveFocusOut } from './row-focus.ts';
import { type ActWords, useUndo } from './undo.tsx';

const COMPLETING: ActWords = {
  sayDone: (count) => `Completed ${count} tasks.`,
  sayUndone: (count) => `Undone: reopened ${count} tasks.`,
};
const REOPENING: ActWords = {
  sayDone: (count) => `Reopened ${count} tasks.`,
  sayUndone: (count) => `Undone: completed ${count} tasks.`,
};
const DELETING: ActWords = {
  sayDone: (count) => `Moved ${count} tasks to the trash.`,
  sayUndone: (count) => `Restored ${count} tasks.`,
};
const RESTORING: ActWords = {
  sayDone: (count) => `Restored ${count} tasks.`,
  sayUndone: (count) => `Undone: ${count} tasks are in the trash again.`,
};

/** Everything that can be done to tasks; each shows at once. The functions stay the same ones from render to render. */
export const useTaskActions = () => {
  const sync = useSync();
  const { announce } = useNotices();
  const offerUndo = useUndo();

  return useMemo(() => {
    /** Text that was refused goes out again with the newer text, instead of staying behind as a failure. */
    const changeText = (task: ShownTask, fields: Partial<Pick<TaskFields, 'title' | 'description'>>) => {
      const { id: taskId, title, description, completed, failure } = task;
      if (failure) sync.discard(failure.writeId);
      if (failure?.kind === 'create') {
        return sync.write({ kind: 'create', taskId, fields: { title, description, completed, ...fields } });
      }
      const refused = failure?.kind === 'update' ? failure.fields : {};
      return sync.write({ kind: 'update', taskId, fields: { ...refused, ...fields } });
    };
    return {
      add: (title: string) => {
        const { taskId, undo } = sync.write({ kind: 'create', taskId: uuidv7(), fields: { title } });
        offerUndo({
          taskId,
          undo: () => {
            moveFocusOut([taskId]);
            undo();
          },
          undone: `Undone: ${quote(title)} is in the trash.`,
        });
        announce(`Added ${quote(title)}.`);
      },
      complete: ({ id: taskId, title, completed }: ShownTask) => {
        const { undo } = sync.write({ kind: 'update', taskId, fields: { completed: !completed } });
        const [done, undone] = completed ? ['Reopened', 'Completed'] : ['Completed', 'Reopened'];
        offerUndo({
          taskId,
          undo,
          words: completed ? REOPENING : COMPLETING,
          message: `${done} ${quote(title)}.`,
          undone: `Undone: ${undone.toLowerCase()} ${quote(title)}.`,
        });
      },
      rename: (task: ShownTask, title: string) => {
        const { undo } = changeText(task, { title });
        offerUndo({
          taskId: task.id,
          undo,
          message: `Renamed to ${quote(title)}.`,
          undone: `Undone: the title is ${quote(task.title)} again.`,
        });
      },
      /** Saves while one still writes, so without a word. */
      describe: (task: ShownTask, description: string) => {
        changeText(task, { description });
      },
      /** Once one has written: the whole of it can be taken back. */
      offerFormerDescription: ({ id: taskId, title }: ShownTask, description: string) => {
        offerUndo({
          taskId,
          undo: () => sync.write({ kind: 'update', taskId, fields: { description } }),
          message: `Changed the description of ${quote(title)}.`,
          undone: `Undone: the description of ${quote(title)} is as it was.`,
        });
      },
      remove: ({ id: taskId, title }: ShownTask) => {
        const { undo } = sync.write({ kind: 'delete', taskId });
        offerUndo({
          taskId,
          undo,
          words: DELETING,
          message: `Moved ${quote(title)} to the trash.`,
          undone: `Restored ${quote(title)}.`,
        });
      },
      restore: ({ id: taskId, title }: ShownTask) => {
        const { undo } = sync.write({ kind: 'restore', taskId });
        offerUndo({
          taskId,
          undo,
          words: RESTORING,
          message: `Restored ${quote(title)}.`,
          undone: `Undone: ${quote(title)} is in the trash again.`,
        });
      },
      retry: sync.retry,
      discard: sync.discard,
    };
  }, [announce, offerUndo, sync]);
};

export type TaskActions = ReturnType<typeof useTaskActions>;
