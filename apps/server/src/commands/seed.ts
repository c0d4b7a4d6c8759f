import { randomBytes } from 'node:crypto';
import { NEXT_REVISION, takeRevision } from '@docket/api';
import { createPasswords } from '@docket/auth';
import { openDatabase, tasks, users } from '@docket/db';
import { count, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { announce } from '../announce.ts';
import { runCommand } from './run-command.ts';

const EMAIL = 'demo@docket.example';
const TASKS = 300;
const HOUR_MS = 3_600_000;

const TITLES = [
  'Call the dentist about Thursday',
  'Return the library books',
  'Plan the train to Lisbon',
  'Order new lamps for the hall',
  'Write to grandmother, with the photos',
  'Pay the electricity bill',
  'Review the draft of chapter four',
  'Repair the bicycle before the weekend',
  'Pick up the winter coats',
  'Find a birthday present for Ines',
  'Water the balcony plants',
  'Send the quarterly report',
  'Read the notes from Monday',
  'Book a table for six',
  'Renew the passport',
  'Ask Jonas for the papers',
  'Tidy the shelf in the kitchen',
  'Buy oat milk, bread and a lemon',
  'Print the tickets',
  'Back up the laptop',
  'Measure the window for the blinds',
  'Answer the letter from school',
  'Try the new recipe',
];
const DESCRIPTIONS = ['', '', 'Before the weekend, if it can be done.', 'Ask Jonas first: he has the papers.', ''];

/** The oldest first; every third one is done, a few hours after it was written down. */
const describeTask = (index: number, userId: string) => {
  const createdAt = Date.now() - (TASKS - index) * 5 * HOUR_MS;
  const isDone = index % 3 === 0;
  return {
    userId,
    id: uuidv7(),
    title: TITLES[index % TITLES.length] ?? '',
    description: DESCRIPTIONS[index % DESCRIPTIONS.length] ?? '',
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(createdAt + (isDone ? 4 * HOUR_MS : 0)).toISOString(),
    completedAt: isDone ? new Date(createdAt + 4 * HOUR_MS).toISOString() : null,
    revision: NEXT_REVISION,
  };
};

await runCommand(async ({ url, isPooled }, env) => {
  const { db, close } = openDatabase(url, { isPooled });
  const passwords = createPasswords({ cost: env.BCRYPT_COST });
  try {
    using place = passwords.reserve([]);
    const password = randomBytes(12).toString('base64url');
    const hashedPassword = await place.hash(password);
    const [user] = await db
      .insert(users)
      .values({ id: uuidv7(), email: EMAIL, hashedPassword, name: 'Demo' })
      .onConflictDoUpdate({ target: users.email, set: { hashedPassword } })
      .returning({ id: users.id });
    if (user === undefined) throw new Error('INSERT ... ON CONFLICT DO UPDATE returned no row');
    const [known] = await db.select({ tasks: count() }).from(tasks).where(eq(tasks.userId, user.id));
    if (known?.tasks === 0) {
      await db
        .with(takeRevision(db, user.id))
        .insert(tasks)
        .values(Array.from({ length: TASKS }, (_, index) => describeTask(index, user.id)));
      announce(`Made the demo account with ${TASKS} tasks.`);
    } else {
      announce('The demo account keeps its tasks and has a new password.');
    }
    announce(`E-mail:   ${EMAIL}`);
    announce(`Password: ${password}`);
  } finally {
    passwords.close();
    await close();
  }
});
