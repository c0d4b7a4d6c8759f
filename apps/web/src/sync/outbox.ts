import { isFailed, type Write } from './writes.ts';

const compareOrder = (a: Write, b: Write): number => (a.order === b.order ? 0 : a.order < b.order ? -1 : 1);

/** In order. What has no order yet is the latest, in the order in which it came. */
const insert = (writes: Write[], write: Write): void => {
  let index = writes.length;
  for (let before = writes[index - 1]; before && compareOrder(before, write) > 0; before = writes[index - 1])
    index -= 1;
  writes.splice(index, 0, write);
};

const remove = (writes: Write[], writeId: string): void => {
  const index = writes.findIndex((write) => write.writeId === writeId);
  if (index !== -1) writes.splice(index, 1);
};

/** The writes that the server has not taken yet, in their order. */
export const createOutbox = () => {
  const byId = new Map<string, Write>();
  const byTask = new Map<string, Write[]>();
  const all: Write[] = [];

  const removeWrite = (writeId: string): Write | undefined => {
    const write = byId.get(writeId);
    if (write === undefined) return undefined;
    byId.delete(writeId);
    remove(all, writeId);
    const ofTask = byTask.get(write.taskId) ?? [];
    remove(ofTask, writeId);
    if (ofTask.length === 0) byTask.delete(write.taskId);
    return write;
  };

  return {
    all: (): readonly Write[] => all,
    get: (writeId: string): Write | undefined => byId.get(writeId),
    ofTask: (taskId: string): readonly Write[] => byTask.get(taskId) ?? [],
    /** Adds a write, or puts it in the place of the one with its id. */
    put(write: Write): void {
      removeWrite(write.writeId);
      byId.set(write.writeId, write);
      insert(all, write);
      const ofTask = byTask.get(write.taskId);
      if (ofTask) insert(ofTask, write);
      else byTask.set(write.taskId, [write]);
    },
    remove: removeWrite,
    /** The next to send. What may not be sent, and what was refused, keeps the later writes of its task waiting. */
    next(maySend: (write: Write) => boolean): Write | undefined {
      const waiting = new Set<string>();
      return all.find((write) => {
        if (!waiting.has(write.taskId) && !isFailed(write) && maySend(write)) return true;
        waiting.add(write.taskId);
        return false;
      });
    },
  };
};
