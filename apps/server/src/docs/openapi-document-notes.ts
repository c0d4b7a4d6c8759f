/** What no schema can say about a procedure. Each part may be missing; the document then says less. */
export interface ProcedureNotes {
  description?: string;
  /** What a 200 answers. */
  success?: string;
  /** Codes besides those that follow from the procedure's kind. */
  errors?: ErrorCode[];
  /** A body as a client would send it. */
  body?: Record<string, unknown>;
  /** Query parameters as a client would send them. */
  query?: Record<string, unknown>;
}

/** Every code that REST answers, in the order of its status. */
export const ERRORS = {
  BAD_REQUEST: {
    status: 400,
    when: 'The input was refused; `fieldErrors` says for each field why. Or the body is not JSON.',
  },
  UNAUTHORIZED: {
    status: 401,
    when: 'The token is missing, malformed, expired or ended. For signing in: the e-mail address or the password is wrong.',
  },
  NOT_FOUND: { status: 404, when: 'There is no such thing, or it belongs to somebody else; both answer the same.' },
  METHOD_NOT_SUPPORTED: {
    status: 405,
    when: 'The address is known, but not with this method; `Allow` lists those that are.',
  },
  CONFLICT: { status: 409, when: 'There is already an account for this e-mail address.' },
  PAYLOAD_TOO_LARGE: { status: 413, when: 'The body has more than 128 KiB.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, when: 'The body is not `application/json`, or is compressed.' },
  TOO_MANY_REQUESTS: { status: 429, when: 'Too much at this moment. Wait for `retryAfterSeconds`, then try again.' },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    when: 'Something failed on our side. Name the `requestId` when you report it.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    when: 'The database did not answer in time. Wait for `retryAfterSeconds`, then try again. The token stays good.',
  },
} as const;
export type ErrorCode = keyof typeof ERRORS;

const TASK_ID = '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11';
const SHOWN_PASSWORD = 'correct horse battery staple';

export const PROCEDURE_NOTES: Record<string, ProcedureNotes> = {
  'auth.signup': {
    description: 'Makes an account and signs it in. Also at `POST /auth/signup`, without the prefix.',
    success: 'The token of the new account.',
    errors: ['CONFLICT', 'TOO_MANY_REQUESTS'],
    body: { email: 'ada@example.com', password: SHOWN_PASSWORD, name: 'Ada', timeZone: 'Europe/Berlin' },
  },
  'auth.login': {
    description: 'Answers a token that is good for seven days. Also at `POST /auth/login`, without the prefix.',
    success: 'A token for a new session.',
    errors: ['UNAUTHORIZED', 'TOO_MANY_REQUESTS'],
    body: { email: 'ada@example.com', password: SHOWN_PASSWORD },
  },
  'auth.me': { description: 'The account that the token belongs to.', success: 'The account.' },
  'auth.logout': {
    description:
      'Ends the session of this token at once, everywhere. A token that another service signed has no session: it ends ' +
      'together with every other such token of the user.',
    success: 'The session has ended.',
  },
  'tasks.list': {
    description: 'Your tasks, newest first, a page at a time.',
    success: 'One page of tasks.',
    query: { completed: false, limit: 20 },
  },
  'tasks.get': { success: 'The task.' },
  'tasks.create': {
    description: 'The same `id` again answers the task that is already there, so a request can be repeated safely.',
    success: 'The new task, or the one that already has this `id`.',
    body: { title: 'Water the plants', description: 'The fern needs half a cup.' },
  },
  'tasks.update': {
    description: 'Only the fields that are sent change.',
    success: 'The task as it is now.',
    body: { completed: true },
  },
  'tasks.delete': {
    description: 'Puts the task into the trash. It can be restored for 30 days.',
    success: 'The id of the task that was deleted.',
  },
  'tasks.restore': {
    description: 'Takes the task out of the trash, as it was. One that is not in the trash is answered as it is.',
    success: 'The task as it is now.',
  },
  'sync.pull': {
    description:
      'What changed after the revision `since`, deleted tasks among it: those whose `deletedAt` is set. Without `since`, ' +
      'every open task and the latest 500 completed ones; `tasks.list` has the rest. Over tRPC, `sync.changes` follows ' +
      'the changes as they are made.',
    success: 'The changes, up to and including `revision`.',
    query: { since: 41 },
  },
};

export interface FieldNotes {
  description?: string;
  example?: unknown;
}

/** By procedure and field, else by noun and field. What a schema says of itself comes first. */
export const FIELD_NOTES: Record<string, FieldNotes> = {
  'auth.id': { description: 'The id of the user.', example: '018f2c6e-0c4b-7f0e-8d3a-5b6c7d8e9f10' },
  'auth.email': {
    description: 'In lower case and without spaces around it, however it is typed.',
    example: 'ada@example.com',
  },
  'auth.password': { description: 'All of it counts, however long it is.', example: SHOWN_PASSWORD },
  'auth.signup.password': {
    description: 'Any characters will do; only the length is checked.',
    example: SHOWN_PASSWORD,
  },
  'auth.name': { description: 'How to address the person.', example: 'Ada' },
  'auth.timeZone': {
    description: 'A name of the IANA time zone database; `UTC` where none is given.',
    example: 'Europe/Berlin',
  },
  'auth.createdAt': { description: 'When the account was made.', example: '2026-11-21T08:30:00.000Z' },
  'auth.access_token': {
    description: 'Send it as `Authorization: Bearer <access_token>`. Good for seven days, or until the session ends.',
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMThmMmM2ZSJ9.c2lnbmF0dXJl',
  },
  'auth.ended': { description: 'Always true.', example: true },
  'tasks.id': { description: 'The id of the task.', example: TASK_ID },
  'tasks.create.id': {
    description: 'Made by the client, best as UUID v7. Leave it out and the server makes one.',
    example: TASK_ID,
  },
  'tasks.title': {
    description: 'What is to be done: at least one visible character, kept without spaces around it.',
    example: 'Water the plants',
  },
  'tasks.description': {
    description: 'More about it; empty where none is given.',
    example: 'The fern needs half a cup.',
  },
  'tasks.completed': { description: 'Whether it is done.', example: false },
  'tasks.list.completed': { description: 'Only tasks that are done, or only those that are not.', example: false },
  'tasks.completedAt': { description: 'When it was done; null while it is not.', example: null },
  'tasks.createdAt': { description: 'When it was added.', example: '2026-11-21T08:30:00.000Z' },
  'tasks.updatedAt': { description: 'When it last changed.', example: '2026-11-21T08:30:00.000Z' },
  'tasks.cursor': { description: 'The `nextCursor` of the page before; leave it out for the first page.' },
  'tasks.direction': { description: 'Sent by tRPC`s infinite queries; the answer is the same.' },
  'tasks.limit': { description: 'How many tasks a page holds at most.' },
  'tasks.items': { description: 'The tasks of this page.' },
  'tasks.deletedAt': { description: 'When it was put into the trash; null while it is not there.', example: null },
  'tasks.revision': { description: 'Which change of yours wrote it: the higher, the later.', example: 42 },
  'tasks.list.deleted': { description: 'True: the tasks in the trash, and no others.', example: false },
  'sync.since': { description: 'The `revision` of the answer before; leave it out at first.', example: 41 },
  'sync.revision': { description: 'Send it as `since` the next time.', example: 42 },
  'sync.reset': {
    description: 'True where `since` is no longer known: forget every task that is not in this answer.',
    example: false,
  },
  'sync.tasks': { description: 'The tasks that changed, as they are now.' },
  'tasks.nextCursor': {
    description: 'Send it as `cursor` for the next page; null on the last one.',
    example: `2026-11-21T08:30:00.000Z_${TASK_ID}`,
  },
};
