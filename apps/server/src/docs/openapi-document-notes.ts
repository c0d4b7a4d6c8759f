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
  /** It takes the browser's refresh cookie instead of a token. */
  isForBrowsers?: true;
}

/** Every code that REST answers, in the order of its status. */
export const ERRORS = {
  BAD_REQUEST: {
    status: 400,
    when: 'The input was refused; `fieldErrors` says for each field why. Or the body is not JSON.',
  },
  UNAUTHORIZED: {
    status: 401,
    when:
      'The token is missing, malformed, expired or ended. For signing in: the e-mail address or the password is wrong. ' +
      'For refreshing: there is no good cookie.',
  },
  FORBIDDEN: {
    status: 403,
    when:
      'The call reads a cookie, and no page of Docket sent it: its `Origin` is neither the one that people reach ' +
      'Docket at nor one of `CORS_ORIGINS`.',
  },
  NOT_FOUND: { status: 404, when: 'There is no such thing, or it belongs to somebody else; both answer the same.' },
  METHOD_NOT_SUPPORTED: {
    status: 405,
    when: 'The address is known, but not with this method; `Allow` lists those that are.',
  },
  CONFLICT: {
    status: 409,
    when: 'The e-mail address has an account of its own. Nothing was changed; `message` says what to do.',
  },
  PAYLOAD_TOO_LARGE: { status: 413, when: 'The body has more than 128 KiB.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, when: 'The body is not `application/json`, or is compressed.' },
  TOO_MANY_REQUESTS: {
    status: 429,
    when: 'Too often, or too much at this moment. Nothing was done. Wait for `retryAfterSeconds`, then try again.',
  },
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

/** The account in the examples; they follow one another as if it were always the same. */
export const SHOWN_ACCOUNT = { email: 'ada@example.com', password: 'correct horse battery staple' };
export const SHOWN_NEW_PASSWORD = 'purple lamp under seven bridges';
/** Good for nothing: a real one comes by mail. */
export const SHOWN_LINK_TOKEN = 'the-token-from-the-link';

export const PROCEDURE_NOTES: Record<string, ProcedureNotes> = {
  'auth.signup': {
    description:
      'Makes an account and signs it in. Also at `POST /auth/signup`, without the prefix. A browser keeps the refresh ' +
      'cookie that comes along.',
    success: 'The token of the new account.',
    errors: ['CONFLICT', 'TOO_MANY_REQUESTS'],
    body: { ...SHOWN_ACCOUNT, name: 'Ada', timeZone: 'Europe/Berlin' },
  },
  'auth.login': {
    description:
      'Answers a token that is good for seven days. Also at `POST /auth/login`, without the prefix. Each call begins a ' +
      'session; of more than 50 the oldest ends. A browser keeps the refresh cookie that comes along.',
    success: 'A token for a new session.',
    errors: ['UNAUTHORIZED', 'TOO_MANY_REQUESTS'],
    body: SHOWN_ACCOUNT,
  },
  'auth.refresh': {
    description:
      'For the pages of Docket alone: a token of the same session, and the next refresh cookie where the last one is ten ' +
      'minutes old. A cookie stays good until its successor was used a minute after it was made; shown after that, it ' +
      'ends the session. Over tRPC it is refused in a batch.',
    success: 'A token for the session of the cookie.',
    errors: ['UNAUTHORIZED', 'FORBIDDEN', 'TOO_MANY_REQUESTS'],
    isForBrowsers: true,
  },
  'auth.endCookieSession': {
    description:
      'For the pages of Docket alone: ends the session of the refresh cookie at once, everywhere, and has the browser ' +
      'forget the cookie. For a sign-out that could not be sent while there was a token. Without a good cookie it ' +
      'changes nothing. Over tRPC it is refused in a batch.',
    success: 'The cookie has no session any more.',
    errors: ['FORBIDDEN', 'TOO_MANY_REQUESTS'],
    isForBrowsers: true,
  },
  'auth.me': { description: 'The account that the token belongs to.', success: 'The account.' },
  'auth.logout': {
    description:
      'Ends the session of this token at once, everywhere. A token that another service signed has no session: it ends ' +
      'together with every other such token of the user.',
    success: 'The session has ended.',
  },
  'auth.changePassword': {
    description:
      'Ends every other session and tells the owner by mail. A wrong current password is `BAD_REQUEST` and names the ' +
      'field `currentPassword`; the session of this call goes on.',
    success: 'The new password holds.',
    body: { currentPassword: SHOWN_ACCOUNT.password, newPassword: SHOWN_NEW_PASSWORD },
  },
  'auth.requestPasswordReset': {
    description:
      'Mails a link to the address if it has an account. The answer is the same if not, and where a link was mailed in ' +
      'the last ten minutes; that one is still good. A link works once, within 30 minutes.',
    success: 'The wish was taken down; whether there is such an account is not told.',
    errors: ['TOO_MANY_REQUESTS'],
    body: { email: SHOWN_ACCOUNT.email },
  },
  'auth.checkResetLink': {
    description:
      'Uses nothing up. A link is good until it is used, for 30 minutes at most, and while the account has the password ' +
      'and the address that it had when the link was asked for.',
    success: 'Whether `auth.resetPassword` would take it at this moment.',
    errors: ['TOO_MANY_REQUESTS'],
    body: { token: SHOWN_LINK_TOKEN },
  },
  'auth.resetPassword': {
    description:
      'Ends every session and signs nobody in: sign in with the new password afterwards. A link that was used, is too ' +
      'old or was never one is `BAD_REQUEST` and names the field `token`.',
    success: 'The new password holds.',
    errors: ['TOO_MANY_REQUESTS'],
    body: { token: SHOWN_LINK_TOKEN, newPassword: SHOWN_NEW_PASSWORD },
  },
  'auth.sessions.list': {
    description: 'Where you are signed in, the session that was used last first.',
    success: 'At most 50 sessions.',
  },
  'auth.sessions.revoke': {
    description: 'Its tokens are refused from the next call on, on every server. It may be the session of this call.',
    success: 'The id of the session that has ended.',
  },
  'auth.sessions.revokeOthers': {
    description:
      'Leaves the session of this call. Tokens that other services signed end, too, unless this call is made with one.',
    success: 'How many sessions have ended.',
  },
  'account.update': {
    description: 'Only the fields that are sent change.',
    success: 'The account as it is now.',
    body: { name: 'Ada Lovelace', timeZone: 'Europe/London' },
  },
  'account.changeEmail': {
    description:
      'Mails a link to the new address. The account keeps its old one until that link is confirmed, within 30 minutes. ' +
      'Asking again voids the link before. A wrong password is `BAD_REQUEST` and names the field `currentPassword`.',
    success: 'The link is on its way.',
    body: { newEmail: 'ada@lovelace.example', currentPassword: SHOWN_ACCOUNT.password },
  },
  'account.confirmEmail': {
    description:
      'Takes over the address that the link was mailed to, and tells the old one. Only a session of the account itself ' +
      'can confirm. A link that was used, is too old or superseded, belongs to another account or was never one is ' +
      '`BAD_REQUEST` and names the field `token`.',
    success: 'The account has its new address.',
    errors: ['CONFLICT'],
    body: { token: SHOWN_LINK_TOKEN },
  },
  'account.activity': {
    description: 'What happened to the safety of the account in the last 90 days, the newest first.',
    success: 'Of each kind the latest 20 events.',
  },
  'account.export': {
    description:
      'Your account, your sessions, your recent activity and all your tasks. Over REST it is one answer, which is streamed ' +
      'as it is read; where something fails in the midst of it, the connection is cut. Over tRPC it comes in pages of at ' +
      'most 2,000 tasks and 4 MB.',
    success: 'What Docket keeps of you, but for the hash of the password and for older activity.',
    body: {},
  },
  'account.delete': {
    description:
      'Deletes the account with everything in it, at once; there is no way back. A wrong password is `BAD_REQUEST` and ' +
      'names the field `currentPassword`.',
    success: 'The account is gone.',
    body: { currentPassword: SHOWN_ACCOUNT.password },
  },
  'tasks.list': {
    description:
      'Your tasks, newest first, a page at a time. A page may have fewer tasks than `limit`, where these are large: go on ' +
      'until `nextCursor` is null.',
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
      'every open task and the latest 500 completed ones; `tasks.list` has the rest. It comes in pages of at most 2,000 tasks ' +
      'and 4 MB: while `next` is not null, send it as `cursor`, and take over `revision` only after the last page. Over tRPC, ' +
      '`sync.changes` follows the changes as they are made.',
    success: 'A page of the changes up to and including `revision`.',
    query: { since: 41 },
  },
};
