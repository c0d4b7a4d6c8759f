export type { DocketFetch, TokenSource } from './attempt.ts';
export { createDocketClient, type DocketClient, type DocketClientOptions } from './docket-client.ts';
export { DocketError, type DocketErrorCode } from './docket-error.ts';
export type {
  DocketErrorFacts,
  DocketErrorShape,
  DocketInputs,
  DocketOutputs,
  DocketRouter,
  Task,
} from './docket-router.ts';
