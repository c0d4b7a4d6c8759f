import type { Task } from '@docket/domain';
import { useMutationState, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { uuidv7 } from 'uuidv7';
import { useNotices } from '../../components/notices.tsx';
import { describeError, readErrorAnswer } from '../../errors.ts';
import { trpc } from '../../trpc.ts';
import { type Change, holdsText, type ShownTask, toChange } from './changes.ts';
import { useTaskCache } from './task-cache.ts';

const MUTATION_KEY = [['tasks']];
/** One after the other, in the order they were made: two changes of one task cannot overtake each other. */
const IN_ORDER = { scope: { id: 'tasks' } };
/** Text that was not saved stays for as long as the page does. */
const KEEP_TEXT = { gcTime: Infinity };

const QUOTED_CHARACTERS = 60;

/** A title within a sentence; the whole of it is on the page. */
const quote = (title: string): string => {
  const characters = Array.from(title);
  const isLong = characters.length > QUOTED_CHARACTERS;
  return `“${isLong ? `${characters.slice(0, QUOTED_CHARACTERS).join('').trimEnd()}…` : title}”`;
};

const isSessionOver = (error: unknown): boolean => readErrorAnswer(error)?.httpStatus === 401;

/** What is under way, and what failed but holds text. */
export const useChangesUnderWay = (): readonly Change[] => {
  const changes = useMutationState({
    filters: {
      mutationKey: MUTATION_KEY,
      predicate: ({ state }) => state.status === 'pending' || state.status === 'error',
    },
    select: ({ mutationId, options, state }) =>
      toChange(
        options.mutationKey,
        { mutationId, submittedAt: new Date(state.submittedAt).toISOString(), error: state.error },
        state.variables,
      ),
  });
  return useMemo(
    () => changes.filter((change) => change !== null).filter((change) => change.error === null || holdsText(change)),
    [changes],
  );
};

/** Everything that can be done to tasks. The functions stay the same ones from render to render. */
export const useTaskChanges = () => {
  const queryClient = useQueryClient();
  const { announce, notify } = useNotices();
  const cache = useTaskCache();
  const mutations = queryClient.getMutationCache();

  /** The last one out reads again what the server has: several at once need that only once. */
  const onSettled = () => {
    const isLast = queryClient.isMutating({ mutationKey: MUTATION_KEY }) === 1;
    if (!isLast) return;
    void cache.readAgain();
    for (const done of mutations.findAll({ mutationKey: MUTATION_KEY, status: 'success' })) mutations.remove(done);
  };

  const tellFailure = (error: unknown, sentence: string, again: () => void) => {
    if (isSessionOver(error)) return;
    notify({
      message: `${sentence} ${describeError(error)}`,
      isProblem: true,
      action: { label: 'Try again', run: again },
    });
  };

  const create = trpc.tasks.create.useMutation({
    ...IN_ORDER,
    ...KEEP_TEXT,
    onSuccess: (task) => cache.keep(task),
    onError: (error, { title }) =>
      announce(`${quote(title)} was not saved. ${describeError(error, { isTextKept: true })}`),
    onSettled,
  });
  const update = trpc.tasks.update.useMutation({
    ...IN_ORDER,
    ...KEEP_TEXT,
    onSuccess: (task) => cache.keep(task),
    onError: (error, input) => {
      const isText = input.title !== undefined || input.description !== undefined;
      if (isText) announce(`The change was not saved. ${describeError(error, { isTextKept: true })}`);
      else {
        const sentence = input.completed ? 'The task was not completed.' : 'The task was not reopened.';
        tellFailure(error, sentence, () => update.mutate(input));
      }
    },
    onSettled,
  });
  const remove = trpc.tasks.delete.useMutation({
    ...IN_ORDER,
    onSuccess: ({ id }) => cache.drop(id),
    onError: async (error, input) => {
      // Gone is gone, whoever deleted it.
      if (readErrorAnswer(error)?.code === 'NOT_FOUND') await cache.drop(input.id);
      else tellFailure(error, 'The task was not deleted.', () => remove.mutate(input));
    },
    onSettled,
  });

  const sendCreate = create.mutate;
  const sendUpdate = update.mutate;
  const sendRemove = remove.mutate;

  return useMemo(() => {
    const giveUp = ({ mutationId }: Change) => {
      const mutation = mutations.getAll().find((one) => one.mutationId === mutationId);
      if (mutation) mutations.remove(mutation);
    };
    /** Text that failed before goes out again with the newer text, instead of staying behind as a failure. */
    const changeText = ({ id, failure }: ShownTask, text: { title?: string; description?: string }) => {
      if (failure?.kind === 'create') {
        giveUp(failure);
        sendCreate({ ...failure.input, ...text });
        return;
      }
      if (failure) giveUp(failure);
      const { title, description } = failure?.kind === 'update' ? failure.input : {};
      const failed = {
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
      };
      sendUpdate({ id, ...failed, ...text });
    };
    return {
      add: (title: string) => {
        sendCreate({ id: uuidv7(), title });
        announce(`Added ${quote(title)}.`);
      },
      complete: ({ id, title, completed }: Task) => {
        sendUpdate({ id, completed: !completed });
        announce(completed ? `Reopened ${quote(title)}.` : `Completed ${quote(title)}.`);
      },
      changeText,
      remove: ({ id, title, description, completed }: Task) => {
        sendRemove({ id });
        notify({
          message: `Deleted ${quote(title)}.`,
          action: {
            label: 'Undo',
            run: () => {
              sendCreate({ id, title, description, completed });
              announce(`Restored ${quote(title)}.`);
            },
          },
        });
      },
      tryAgain: (change: Change) => {
        giveUp(change);
        if (change.kind === 'create') sendCreate(change.input);
        else if (change.kind === 'update') sendUpdate(toUpdateInput(change.input));
      },
      giveUp,
    };
  }, [announce, mutations, notify, sendCreate, sendRemove, sendUpdate]);
};

/** Without the fields that are there but undefined. */
const toUpdateInput = (input: Extract<Change, { kind: 'update' }>['input']) => ({
  id: input.id,
  ...(input.title === undefined ? {} : { title: input.title }),
  ...(input.description === undefined ? {} : { description: input.description }),
  ...(input.completed === undefined ? {} : { completed: input.completed }),
});

export type TaskChanges = ReturnType<typeof useTaskChanges>;
