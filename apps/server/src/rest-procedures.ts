import { appRouter, type ProcedureMeta } from '@docket/api';
import { z } from 'zod';

/** A procedure as REST reaches it. */
export interface RestProcedure {
  /** As in the router: `tasks.create`. */
  name: string;
  type: 'query' | 'mutation';
  method: 'get' | 'post' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/tasks/{id}`. */
  path: string;
  isProtected: boolean;
  /** What its input is checked with; undefined where it takes none. */
  input: z.ZodType | undefined;
  /** The list whose pages are joined to one answer; undefined where a page is an answer. */
  joinedList: string | undefined;
}

/** What a procedure keeps of its own definition; a procedure is a function, and this hangs on it. */
const Definition = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  inputs: z.array(z.unknown()),
  meta: z.custom<ProcedureMeta>().optional(),
});
const METHODS = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const;

/** Every procedure of the router but its subscriptions, read from the router itself. */
export const listRestProcedures = (): RestProcedure[] =>
  Object.entries<unknown>(appRouter._def.procedures).flatMap(([name, procedure]) => {
    const definition = typeof procedure === 'function' && '_def' in procedure ? procedure._def : undefined;
    const { type, inputs, meta } = Definition.parse(definition);
    if (type === 'subscription') return [];
    if (meta?.openapi === undefined) throw new TypeError(`${name} does not say how REST reaches it`);
    const { method, path, protect } = meta.openapi;
    const [input] = inputs;
    return {
      name,
      type,
      method: METHODS[method],
      path,
      isProtected: protect,
      input: input instanceof z.ZodType ? input : undefined,
      joinedList: meta.joinedList,
    };
  });
