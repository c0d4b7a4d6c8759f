export { type AppRouter, appRouter, createCaller } from './app-router.ts';
export { type Context, createContext, type Dependencies, readBearerToken, type RequestFacts } from './context.ts';
export { type ErrorFacts, RetryLaterError } from './errors.ts';
export type { ProcedureMeta } from './procedure-meta.ts';
export { procedures } from './procedures.ts';
