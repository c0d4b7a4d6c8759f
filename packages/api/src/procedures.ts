// oxlint-disable-next-line import/no-empty-named-blocks, unicorn/require-module-specifiers -- the declaration names a type that only this module exports
import type {} from '@trpc/server/unstable-core-do-not-import';
import { accountRouter } from './routers/account.ts';
import { authRouter } from './routers/auth.ts';
import { passwordsRouter } from './routers/passwords.ts';
import { sessionsRouter } from './routers/sessions.ts';
import { syncRouter } from './routers/sync.ts';
import { tasksRouter } from './routers/tasks.ts';

/** Every procedure by name. The declaration of this record names no context, so that a client can carry it. */
export const procedures = {
  auth: { ...authRouter, ...passwordsRouter, sessions: sessionsRouter },
  account: accountRouter,
  tasks: tasksRouter,
  sync: syncRouter,
};
