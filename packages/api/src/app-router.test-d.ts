import type { inferRouterOutputs } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import type { AppRouter } from './app-router.ts';

type Outputs = inferRouterOutputs<AppRouter>;

/** Every key at every depth of a value's type. */
type DeepKeys<Value> = Value extends readonly (infer Item)[]
  ? DeepKeys<Item>
  : Value extends object
    ? { [Key in keyof Value]: Key | DeepKeys<Value[Key]> }[keyof Value]
    : never;

type Leaves = {
  [Noun in keyof Outputs]: { [Verb in keyof Outputs[Noun]]: DeepKeys<Outputs[Noun][Verb]> }[keyof Outputs[Noun]];
}[keyof Outputs];

test('no output of any procedure has a password', () => {
  expectTypeOf<Extract<Leaves, `${string}${'assword' | 'ASSWORD'}${string}`>>().toBeNever();
  expectTypeOf<Extract<Leaves, 'hash' | 'secret' | 'userId'>>().toBeNever();
});

test('the walk over the outputs sees nested fields', () => {
  expectTypeOf<'title'>().toExtend<Leaves>();
  expectTypeOf<'access_token'>().toExtend<Leaves>();
});

test('signing in answers the token and its type, and nothing else', () => {
  expectTypeOf<Outputs['auth']['login']>().toEqualTypeOf<{ access_token: string; token_type: 'bearer' }>();
});
