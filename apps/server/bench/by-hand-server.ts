/**
 * The yardstick: `tasks.list` as one would write it by hand on Express 5, with postgres.js, zod and jose, doing the
 * same work (token, user and session in one query, keyset page, checked input and output) and nothing else.
 */
import express from 'express';
import { jwtVerify } from 'jose';
import postgres from 'postgres';
import { z } from 'zod';

const Settings = z.object({ DATABASE_URL: z.string(), JWT_SECRET: z.string(), PORT: z.coerce.number() });
// oxlint-disable-next-line node/no-process-env -- a program of its own, with an environment of its own
const settings = Settings.parse(process.env);
const sql = postgres(settings.DATABASE_URL, { max: 10, connection: { TimeZone: 'UTC' } });
const secret = new TextEncoder().encode(settings.JWT_SECRET);

const ListInput = z.strictObject({
  completed: z.enum(['true', 'false']).optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const Task = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  completed: z.boolean(),
  completedAt: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
const ListOutput = z.object({ items: z.array(Task), nextCursor: z.string().nullable() });

const app = express();
app.get('/tasks', async (request, response) => {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] });
  const [user] = await sql`
    select u.id, s.id as session_id from users u
    left join sessions s on s.user_id = u.id and s.id = ${String(payload['sid'])} and s.revoked_at is null and s.expires_at > now()
    where u.id = ${String(payload.sub)}`;
  if (user?.['session_id'] == null) {
    response.status(401).json({ message: 'Sign in.' });
    return;
  }
  const input = ListInput.parse(request.query);
  const [createdAt = 'infinity', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = input.cursor?.split('_') ?? [];
  const rows = await sql`
    select id, title, description, completed, completed_at as "completedAt", created_at as "createdAt", updated_at as "updatedAt"
    from tasks where user_id = ${String(user['id'])}
    and (created_at, id) < (${createdAt}::text::timestamptz, ${id}) order by created_at desc, id desc limit ${input.limit + 1}`;
  const items = rows.slice(0, input.limit);
  const last = items.at(-1);
  const nextCursor = rows.length > items.length && last ? `${String(last['createdAt'])}_${String(last['id'])}` : null;
  response.json(ListOutput.parse({ items, nextCursor }));
});
app.listen(settings.PORT, '127.0.0.1');
