import { ACTIVITY_KINDS } from '@docket/domain';
import { SHOWN_ACCOUNT, SHOWN_LINK_TOKEN, SHOWN_NEW_PASSWORD } from './openapi-document-notes.ts';

const USER_ID = '018f2c6e-0c4b-7f0e-8d3a-5b6c7d8e9f10';
const SESSION_ID = '018f2c6e-31f4-7d02-b1a7-6c9e0a4f2d85';
const TASK_ID = '018f2c6e-7d1a-7c3b-9a52-3f1d8f0e6b11';
const INSTANT = '2026-11-21T08:30:00.000Z';

export interface FieldNotes {
  description?: string;
  example?: unknown;
}

/** By procedure, noun or `*`, and field; the nearest holds. What a schema says of itself comes first. */
export const FIELD_NOTES: Record<string, FieldNotes> = {
  '*.email': {
    description: 'In lower case and without spaces around it, however it is typed.',
    example: SHOWN_ACCOUNT.email,
  },
  '*.password': { description: 'All of it counts, however long it is.', example: SHOWN_ACCOUNT.password },
  'auth.signup.password': {
    description:
      'Characters of any kind, at most 1,024 bytes of them. The most common passwords are refused, and what is close to ' +
      'the e-mail address.',
    example: SHOWN_ACCOUNT.password,
  },
  '*.newPassword': {
    description:
      'Characters of any kind, at most 1,024 bytes of them. The most common passwords are refused, and what is close to ' +
      'the e-mail address.',
    example: SHOWN_NEW_PASSWORD,
  },
  '*.currentPassword': {
    description: 'Shows that it is you. Too many wrong ones are refused for a while.',
    example: SHOWN_ACCOUNT.password,
  },
  '*.token': { description: 'What the link in the mail has behind `#token=`.', example: SHOWN_LINK_TOKEN },
  '*.name': { description: 'How to address the person.', example: 'Ada' },
  'account.update.name': { description: 'How to address you; empty or null for no name.', example: 'Ada Lovelace' },
  '*.timeZone': {
    description: 'A name of the IANA time zone database; `UTC` where none is given.',
    example: 'Europe/Berlin',
  },
  'account.update.timeZone': { description: 'A name of the IANA time zone database.', example: 'Europe/London' },
  'account.id': { description: 'The id of the user.', example: USER_ID },
  'account.createdAt': { description: 'When the account was made.', example: INSTANT },
  'account.newEmail': { description: 'Where the link goes.', example: 'ada@lovelace.example' },
  'account.exportedAt': { description: 'When this was read.', example: INSTANT },
  'account.sessions': { description: 'Where you are signed in.' },
  'account.activity': { description: 'The latest events of the last 90 days.' },
  'account.tasks': { description: 'Every task, by its id.' },
  'account.cursor': { description: 'Over tRPC, the `next` of the page before.' },
  'account.next': { description: 'Over tRPC, where more tasks follow; over REST always null.', example: null },
  'account.activity.id': { description: 'The id of the event.', example: '018f2c6e-31f4-7e6d-9b40-0d7f5a1c2e93' },
  'account.activity.kind': {
    description: `What happened: ${ACTIVITY_KINDS.map((kind) => `\`${kind}\``).join(', ')}.`,
    example: 'signed-in',
  },
  'account.activity.createdAt': { description: 'When it happened.', example: INSTANT },
  '*.userAgent': {
    description: 'What the browser or program says it is; null where it says nothing.',
    example: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  },
  '*.address': { description: 'From which address; null where it is not known.', example: '203.0.113.7' },
  'auth.access_token': {
    description: 'Send it as `Authorization: Bearer <access_token>`. Good for seven days, or until the session ends.',
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMThmMmM2ZSJ9.c2lnbmF0dXJl',
  },
  'auth.token_type': { description: 'The scheme of the `Authorization` header.', example: 'bearer' },
  '*.ended': { description: 'Always true.', example: true },
  '*.done': { description: 'Always true.', example: true },
  '*.isMailSent': {
    description: 'Whether this server sends mail at all; the same for every address.',
    example: true,
  },
  'auth.isGood': { description: 'False for whatever is no link, too.', example: false },
  'auth.sessions.id': { description: 'The id of the session.', example: SESSION_ID },
  'auth.sessions.current': { description: 'Whether it is the session of this call.', example: true },
  'auth.sessions.createdAt': { description: 'When it began.', example: INSTANT },
  'auth.sessions.lastUsedAt': { description: 'When it was last used, to within five minutes.', example: INSTANT },
  'auth.sessions.revoked': { description: 'How many sessions have ended.', example: 2 },
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
  'tasks.createdAt': { description: 'When it was added.', example: INSTANT },
  'tasks.updatedAt': { description: 'When it last changed.', example: INSTANT },
  'tasks.deletedAt': { description: 'When it was put into the trash; null while it is not there.', example: null },
  'tasks.revision': { description: 'Which change of yours wrote it: the higher, the later.', example: 42 },
  'tasks.list.deleted': { description: 'True: the tasks in the trash, and no others.', example: false },
  'sync.since': { description: 'The `revision` of the answer before; leave it out at first.', example: 41 },
  'sync.cursor': { description: 'The `next` of the page before; leave it out for the first page.' },
  'sync.limit': { description: 'How many rows a page has at most.', example: 2_000 },
  'sync.revision': { description: 'Send it as `since` the next time, after the last page.', example: 42 },
  'sync.next': { description: 'Send it as `cursor` for the next page; null on the last one.', example: null },
  'sync.olderCompleted': {
    description:
      'Send it to `tasks.list` as `cursor` for the completed tasks that a first answer leaves out; null where it leaves out none.',
    example: null,
  },
  'sync.reset': {
    description:
      'True where `since` or `cursor` is no longer known, and this page begins anew: forget every task that came before it.',
    example: false,
  },
  'sync.tasks': { description: 'The tasks that changed, as they are now.' },
  'tasks.cursor': { description: 'The `nextCursor` of the page before; leave it out for the first page.' },
  'tasks.direction': { description: "Sent by tRPC's infinite queries; the answer is the same." },
  'tasks.limit': { description: 'How many tasks a page holds at most.' },
  'tasks.items': { description: 'The tasks of this page.' },
  'tasks.nextCursor': {
    description: 'Send it as `cursor` for the next page; null on the last one.',
    example: `${INSTANT}_${TASK_ID}`,
  },
};
