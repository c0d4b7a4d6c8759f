export {
  Account,
  Email,
  LoginInput,
  LogoutOutput,
  PASSWORD_MIN_CHARACTERS,
  SignupInput,
  TimeZone,
  TokenOutput,
} from './account.ts';
export {
  CreateTaskInput,
  DeleteTaskOutput,
  DESCRIPTION_MAX_CHARACTERS,
  formatTaskCursor,
  ListTasksInput,
  ListTasksOutput,
  Task,
  TaskIdInput,
  TASKS_PAGE_MAX,
  TITLE_MAX_CHARACTERS,
  UpdateTaskInput,
} from './task.ts';
export { Id, Instant } from './text.ts';
