import { z } from 'zod';

/** The argument of a hashing process that leaves the processor to everything else. */
export const YIELDING = 'yielding';

/** What is to be hashed or compared. `secret` has at most 72 bytes. */
const HashRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hash'), secret: z.string(), cost: z.number() }),
  z.object({ kind: z.literal('compare'), secret: z.string(), hash: z.string() }),
]);
export type HashRequest = z.infer<typeof HashRequest>;

/** One message to the hashing process. */
export const HashJob = z.object({ id: z.number(), request: HashRequest });
export type HashJob = z.infer<typeof HashJob>;

/** What the hashing process answers: the hash, or whether the password matches, or why neither. */
export const HashAnswer = z.object({
  id: z.number(),
  result: z.union([z.string(), z.boolean()]).optional(),
  failure: z.string().optional(),
});
export type HashAnswer = z.infer<typeof HashAnswer>;
