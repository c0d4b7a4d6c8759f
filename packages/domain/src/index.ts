export {
  Account,
  ChangeEmailInput,
  CheckResetLinkInput,
  CheckResetLinkOutput,
  ConfirmEmailInput,
  DeleteAccountInput,
  DoneOutput,
  Email,
  LoginInput,
  LogoutOutput,
  RequestLinkOutput,
  RequestPasswordResetInput,
  ResetPasswordInput,
  SignupInput,
  TimeZone,
  TokenOutput,
  UpdateAccountInput,
} from './account.ts';
export { AccountExport, ACTIVITY_KINDS, ActivityEvent, ExportInput, ListActivityOutput } from './activity.ts';
export { ChangePasswordInput, PASSWORD_MIN_CHARACTERS } from './password.ts';
export {
  ListSessionsOutput,
  RevokeOtherSessionsOutput,
  RevokeSessionOutput,
  Session,
  SessionIdInput,
} from './session.ts';
export {
  Changes,
  CHANGES_PAGE_MAX,
  type ChangesPosition,
  FollowChangesInput,
  formatChangesCursor,
  PullInput,
} from './sync.ts';
export {
  CreateTaskInput,
  DeleteTaskOutput,
  DESCRIPTION_MAX_CHARACTERS,
  formatTaskCursor,
  ListTasksInput,
  ListTasksOutput,
  Task,
  type TaskCursor,
  TaskIdInput,
  TASKS_PAGE_MAX,
  TITLE_MAX_CHARACTERS,
  UpdateTaskInput,
} from './task.ts';
export { Id, Instant } from './text.ts';
