import type { Task } from '@docket/domain';

export const toId = (index: number): string => `018f2c6e-7d1a-7c3b-9a52-${String(index).padStart(12, '0')}`;

/** A task as the server tells it: the greater the index, the newer. */
export const makeTask = (index: number, fields: Partial<Task> = {}): Task => {
  const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString();
  return {
    id: toId(index),
    title: `Task ${index}`,
    description: '',
    completed: false,
    completedAt: null,
    createdAt,
    updatedAt: createdAt,
    deletedAt: null,
    revision: 1,
    ...fields,
  };
};
