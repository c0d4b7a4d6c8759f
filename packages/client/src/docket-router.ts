import type { procedures } from '#procedures';
import type {
  inferRouterInputs,
  inferRouterOutputs,
  TRPC_ERROR_CODE_KEY,
  TRPCBuiltRouter,
  TRPCErrorShape,
  TRPCProcedureType,
} from '@trpc/server';

/** What the server says of a failed call, besides its sentence. */
export interface DocketErrorFacts {
  code: TRPC_ERROR_CODE_KEY;
  httpStatus: number;
  path: string | null;
  requestId: string | null;
  /** For each field that was refused, why. */
  fieldErrors?: Record<string, string[]>;
  retryAfterSeconds?: number;
}

/** A failed call as the server puts it on the wire. */
export type DocketErrorShape = TRPCErrorShape<DocketErrorFacts>;

/** The server's router as a client sees it: every procedure with its input and output, and no context. */
export type DocketRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: DocketErrorShape; transformer: false },
  typeof procedures
>;

/** What each procedure takes: `DocketInputs['tasks']['create']`. */
export type DocketInputs = inferRouterInputs<DocketRouter>;

/** What each procedure answers: `DocketOutputs['tasks']['list']`. */
export type DocketOutputs = inferRouterOutputs<DocketRouter>;

/** One task as every procedure answers it. */
export type Task = DocketOutputs['tasks']['get'];

type PathsIn<TRecord, TType extends TRPCProcedureType, TPrefix extends string = ''> = {
  [Name in keyof TRecord & string]: TRecord[Name] extends { _def: { type: infer Type } }
    ? Type extends TType
      ? `${TPrefix}${Name}`
      : never
    : PathsIn<TRecord[Name], TType, `${TPrefix}${Name}.`>;
}[keyof TRecord & string];

/** `'tasks.create'` and all others that change something. */
export type MutationPath = PathsIn<typeof procedures, 'mutation'>;
