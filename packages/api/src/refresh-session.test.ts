import { sessions } from '@docket/db';
import { eq, sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

/** When Chromium has written a cookie at the latest. */
const DISK_SECONDS = 30;
const TRIAL_SECONDS = 60;
const RUNS = 40;

type Step =
  | { kind: 'wait'; seconds: number }
  /** A page of the owner's refreshes, a tab among several with what it has read before, or the answer gets lost. */
  | { kind: 'refresh' | 'lose the answer' | 'read the cookie' | 'refresh with what was read' }
  /** The browser writes its cookies, or is killed and comes back with what was written. */
  | { kind: 'write' | 'kill' }
  | { kind: 'steal' | 'thief refreshes' };

/** The longer waits are the likelier: without them no token is renewed and none lives. */
const wait = fc.oneof(
  { weight: 3, arbitrary: fc.constant(600) },
  { weight: 3, arbitrary: fc.constant(65) },
  // Multiples of five, so that what the run itself takes crosses no bound.
  { weight: 3, arbitrary: fc.constantFrom(5, 15, 25, 35, 300, 595, 1_500) },
);
const ownerSteps: fc.WeightedArbitrary<Step>[] = [
  { weight: 4, arbitrary: wait.map((seconds): Step => ({ kind: 'wait', seconds })) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'refresh' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'lose the answer' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'read the cookie' }, { kind: 'refresh with what was read' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'kill' }, { kind: 'kill' }, { kind: 'write' }) },
];
const thiefSteps: fc.WeightedArbitrary<Step>[] = [
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'steal' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'thief refreshes' }) },
];
const listSteps = (steps: fc.WeightedArbitrary<Step>[]) => fc.array(fc.oneof(...steps), { maxLength: 40, size: 'max' });

/** What has become of the tokens of one session: the rule in its plain words, beside the statement that keeps it. */
const createRule = (first: string) => {
  const parents = new Map<string, string | null>([[first, null]]);
  const madeAt = new Map<string, number>([[first, 0]]);
  const lived: string[] = [];
  let hasEnded = false;

  const isOfLine = (ancestor: string, token: string | null | undefined): boolean =>
    token !== null && token !== undefined && (token === ancestor || isOfLine(ancestor, parents.get(token)));

  return {
    /** Whether it is good: every token that has lived is itself or one that it descends from. */
    judge: (token: string, now: number): boolean => {
      hasEnded ||= !lived.every((each) => isOfLine(each, token));
      if (!hasEnded && now - (madeAt.get(token) ?? 0) >= TRIAL_SECONDS) lived.push(token);
      return !hasEnded;
    },
    add: (token: string, parent: string, now: number): void => {
      parents.set(token, parent);
      madeAt.set(token, now);
    },
  };
};

/** A session that goes through the steps; each refresh must end as the rule says. Returns how each of the owner's ended. */
const live = async (steps: readonly Step[]): Promise<boolean[]> => {
  const { id: userId, sessionId } = await api.mintUser();
  const first = api.dependencies.refreshTokens.format({ userId, sessionId, counter: 0, parent: 0 });
  const rule = createRule(first);
  const browser = { memory: first, disk: first, changedAt: 0 };
  let [now, read, stolen] = [0, { token: first, at: 0 }, first];
  const ofOwner: boolean[] = [];

  /** What the answer has a browser keep; null: nothing new, undefined: it was refused. */
  const show = async (refreshToken: string): Promise<string | null | undefined> => {
    const kept: string[] = [];
    const keepRefreshToken = (token: string | null) => void kept.push(token ?? '');
    const caller = api.call(undefined, { isFromOwnPage: true, refreshToken, keepRefreshToken });
    const isGood = await caller.auth.refresh().then(
      () => true,
      () => false,
    );
    expect(isGood).toBe(rule.judge(refreshToken, now));
    if (!isGood) return undefined;
    const [successor = null] = kept;
    if (successor !== null) rule.add(successor, refreshToken, now);
    return successor;
  };
  const refreshAsOwner = async (token: string, isAnswered = true): Promise<void> => {
    const successor = await show(token);
    ofOwner.push(successor !== undefined);
    if (isAnswered && typeof successor === 'string') Object.assign(browser, { memory: successor, changedAt: now });
  };

  for (const step of steps) {
    if (step.kind === 'wait') {
      now += step.seconds;
      await api.database.db
        .update(sessions)
        .set({ refreshedAt: sql`refreshed_at - ${step.seconds} * interval '1 second'` })
        .where(eq(sessions.userId, userId));
      if (now - browser.changedAt >= DISK_SECONDS) browser.disk = browser.memory;
    } else if (step.kind === 'write') browser.disk = browser.memory;
    else if (step.kind === 'kill') Object.assign(browser, { memory: browser.disk, changedAt: now });
    else if (step.kind === 'refresh') await refreshAsOwner(browser.memory);
    else if (step.kind === 'lose the answer') await refreshAsOwner(browser.memory, false);
    else if (step.kind === 'read the cookie') read = { token: browser.memory, at: now };
    else if (step.kind === 'refresh with what was read') {
      // No request is under way for longer.
      await refreshAsOwner(now - read.at <= 20 ? read.token : browser.memory);
    } else if (step.kind === 'steal') stolen = browser.disk;
    else stolen = (await show(stolen)) ?? stolen;
  }
  return ofOwner;
};

test('whatever happens to a browser, its owner alone is never signed out', async () => {
  await fc.assert(
    fc.asyncProperty(listSteps(ownerSteps), async (steps) => {
      expect(await live(steps)).not.toContain(false);
    }),
    { numRuns: RUNS },
  );
});

test('with a thief at it, a token is good as long as no other line has lived, and ends the session after that', async () => {
  await fc.assert(
    fc.asyncProperty(listSteps([...ownerSteps, ...thiefSteps]), async (steps) => {
      await live(steps);
    }),
    { numRuns: RUNS },
  );
});
