import { createOutbox } from '@docket/api';
import { createLinkTokens } from '@docket/auth';
import { openDatabase } from '@docket/db';
import { announce } from '../announce.ts';
import { keepSecret } from '../data-folder.ts';
import { DATA_FOLDER } from '../paths.ts';
import { runCommand } from './run-command.ts';

await runCommand(async ({ url, isPooled }, env) => {
  const { db, close } = openDatabase(url, { isPooled });
  try {
    const outbox = createOutbox({
      db,
      linkTokens: createLinkTokens({ secret: env.JWT_SECRET ?? keepSecret(DATA_FOLDER).secret }),
      publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    });
    let waiting = 0;
    for (const row of await outbox.list()) {
      const mail = await outbox.compose(row);
      if (mail === null) continue;
      waiting += 1;
      const line = mail.link === null ? mail.subject : `${mail.subject}: ${mail.link}`;
      announce(`${row.createdAt}  ${mail.recipient}  ${line}`);
    }
    if (waiting === 0) announce('No mail waits.');
  } finally {
    await close();
  }
});
