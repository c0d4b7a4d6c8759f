// oxlint-disable-next-line import/no-empty-named-blocks, unicorn/require-module-specifiers -- the declaration names a type that only this module exports
import type {} from '@trpc/server/unstable-core-do-not-import';
import { procedures } from './procedures.ts';
import { createCallerFactory, router } from './trpc.ts';

/** The one router of which every client takes its types. */
export const appRouter = router(procedures);
export type AppRouter = typeof appRouter;

/** Calls procedures without HTTP: `createCaller(context).tasks.list({})`. */
export const createCaller = createCallerFactory(appRouter);
