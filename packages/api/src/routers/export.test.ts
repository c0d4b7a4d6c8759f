import { randomUUID } from 'node:crypto';
import type { AccountExport } from '@docket/domain';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const signUp = async () => {
  const email = `${randomUUID()}@example.com`;
  const { access_token: token } = await api.call().auth.signup({ email, password: 'correct horse battery' });
  const caller = api.call(token);
  return { email, caller, id: (await caller.auth.me()).id };
};

describe('account.export', () => {
  test('holds all that is kept of the user, and no hash', async () => {
    const { caller, email, id } = await signUp();
    await caller.tasks.create({ title: 'Water the plants', description: 'Twice' });
    await caller.tasks.create({ title: 'Feed the cat', completed: true });
    const everything = await caller.account.export({});
    expect(everything).toMatchObject({
      account: { id, email },
      sessions: [{ current: true }],
      activity: [{ kind: 'data-exported' }, { kind: 'signed-up' }],
      tasks: [
        { title: 'Water the plants', description: 'Twice' },
        { title: 'Feed the cat', completed: true },
      ],
      next: null,
    });
    expect(JSON.stringify(everything)).not.toMatch(/\$2b\$|assword[^- c]/);
  });

  test('comes in pages of at most 2,000 tasks and 4 MB, and has every task once', async () => {
    const { caller, id } = await signUp();
    // The lowest id that there is, and texts that are six times as long in JSON.
    await api.database.db.execute(sql`
      insert into tasks (user_id, id, title, description)
      select ${id}, case number when 0 then '00000000-0000-0000-0000-000000000000'
          else '00000000-0000-7000-8000-' || lpad(to_hex(number), 12, '0') end::uuid, 'Task ' || number,
        case when number < 200 then repeat(chr(1), 10000) else '' end
      from generate_series(0, 4500) number`);
    const titles: string[] = [];
    let pages = 0;
    let cursor: string | undefined;
    do {
      const page: AccountExport = await caller.account.export(cursor === undefined ? {} : { cursor });
      expect(page.tasks.length).toBeLessThanOrEqual(2_000);
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(4_000_000);
      expect(page.activity.length > 0).toBe(cursor === undefined);
      titles.push(...page.tasks.map(({ title }) => title));
      cursor = page.next ?? undefined;
      pages += 1;
    } while (cursor !== undefined);
    expect(titles).toEqual(Array.from({ length: 4_501 }, (_, number) => `Task ${number}`));
    expect(pages).toBeGreaterThan(4);
    expect(await caller.account.activity()).toMatchObject([{ kind: 'data-exported' }, { kind: 'signed-up' }]);
  });

  test('counts its first pages alone', async () => {
    const limited = await createTestApi({ rateLimits: 'export=2/3600' });
    try {
      const { token } = await limited.mintUser();
      const { account } = limited.call(token);
      await account.export({});
      await account.export({});
      await expect(account.export({})).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
      await account.export({ cursor: crypto.randomUUID() });
    } finally {
      await limited.close();
    }
  });
});

describe('account.activity', () => {
  test('shows every kind, however many events of another there are', async () => {
    const { caller, id } = await signUp();
    await api.database.db.execute(sql`
      insert into audit_events (id, user_id, kind, user_agent, address)
      select gen_random_uuid(), ${id}, 'data-exported', 'EvilBrowser', '192.0.2.7' from generate_series(1, 300)`);
    const kinds = (await caller.account.activity()).map(({ kind }) => kind);
    expect(kinds).toEqual([...Array.from({ length: 20 }, () => 'data-exported'), 'signed-up']);
  });
});
