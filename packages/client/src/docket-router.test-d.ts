import type { AppRouter, ErrorFacts } from '@docket/api';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { expectTypeOf, it } from 'vitest';
import type { DocketErrorFacts, DocketInputs, DocketOutputs, MutationPath, Task } from './docket-router.ts';

it('says what the server’s router says', () => {
  expectTypeOf<DocketInputs>().toEqualTypeOf<inferRouterInputs<AppRouter>>();
  expectTypeOf<DocketOutputs>().toEqualTypeOf<inferRouterOutputs<AppRouter>>();
  expectTypeOf<DocketErrorFacts>().toEqualTypeOf<ErrorFacts>();
});

it('infers fields, not any', () => {
  expectTypeOf<Task>().not.toBeAny();
  expectTypeOf<Task['completedAt']>().toEqualTypeOf<string | null>();
});

it('knows the paths of mutations only, so that a rename breaks the lists that name one', () => {
  expectTypeOf<'tasks.create' | 'auth.login'>().toExtend<MutationPath>();
  expectTypeOf<Extract<'tasks.list' | 'tasks.created' | 'tasks' | 'create', MutationPath>>().toBeNever();
});
