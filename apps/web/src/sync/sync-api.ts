import type { Changes, ListTasksOutput, Task } from '@docket/domain';
import type { NewTaskFields, TaskFields } from './writes.ts';

/** What a stream of changes tells, whole answers as `pull` does. After `onEnd` nothing more comes. */
interface FollowHandlers {
  onChanges(changes: Changes): void;
  /** It broke or was refused; the error where there is one. Whoever follows asks again. */
  onEnd(error: unknown): void;
}

/**
 * The calls that the engine makes. They reject with errors that `readErrorAnswer` understands, and an error that it does
 * not understand counts as no answer. A call that is aborted must not be sent on in the background: the outbox sends it
 * again, and the late twin could then overtake what follows.
 */
export interface SyncApi {
  /** Everything up to the answer's revision, whatever pages it came in. */
  pull(since: number | undefined, signal: AbortSignal): Promise<Changes>;
  /** Answers the way to stop. The first changes come at once, also when there are none. */
  follow(lastEventId: number | undefined, handlers: FollowHandlers): () => void;
  create(input: NewTaskFields & { id: string }, signal: AbortSignal): Promise<Task>;
  update(input: Partial<TaskFields> & { id: string }, signal: AbortSignal): Promise<Task>;
  delete(input: { id: string }, signal: AbortSignal): Promise<unknown>;
  restore(input: { id: string }, signal: AbortSignal): Promise<Task>;
  list(input: ListPageInput, signal: AbortSignal): Promise<ListTasksOutput>;
}

interface ListPageInput {
  completed?: true;
  deleted?: true;
  cursor?: string;
  limit: number;
}
