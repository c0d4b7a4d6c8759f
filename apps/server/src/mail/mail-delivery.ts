import { createOutbox, type Outbox, type WaitingMail } from '@docket/api';
import type { LinkTokens } from '@docket/auth';
import { type Database, isDatabaseUnavailable } from '@docket/db';
import type { Logger } from '../logger.ts';
import { type MailTransport, MailTransportError } from './mail-transport.ts';

export interface MailDeliveryOptions {
  db: Database;
  linkTokens: LinkTokens;
  /** Null: nothing is sent. Mail stays in the outbox, where a command lists it. */
  transport: MailTransport | null;
  /** Where people reach Docket, without a slash at its end. */
  publicUrl: string;
  /** Elsewhere, mail that cannot be sent is announced, and with it a link that is as good as a password. */
  isProduction: boolean;
  announce: (line: string) => void;
  logger: Logger;
}

export interface MailDelivery {
  /** Says that mail waits. Returns at once. */
  notify(): void;
  /** Starts no other mail and waits up to five seconds for the one under way. Safe to call again. */
  stop(): Promise<void>;
}

/** Also for mail of a server that died, and for what is to be tried again. */
const LOOK_EVERY_MS = 15_000;
const STOP_MS = 5_000;
const QUIET_MS = 5 * 60_000;

/** An outage lasts longer than a line of the log is worth: each sentence at most once in five minutes. */
const createQuietWarning = (logger: Logger): ((sentence: string, facts: object) => void) => {
  const lastWarnings = new Map<string, number>();
  return (sentence, facts) => {
    const now = Date.now();
    if (now - (lastWarnings.get(sentence) ?? -Infinity) < QUIET_MS) return;
    lastWarnings.set(sentence, now);
    logger.warn(facts, sentence);
  };
};

/**
 * Sends what waits in the outbox, one mail after the other, soon after `notify()` and every 15 seconds. Any number of
 * server processes may do so at once. What fails is logged and tried again later. A mail arrives twice only where a
 * process dies, or loses its database, between sending it and saying so.
 */
export const startMailDelivery = (options: MailDeliveryOptions): MailDelivery => {
  const { transport, logger, announce } = options;
  const outbox: Outbox = createOutbox(options);
  const warn = createQuietWarning(logger);
  let isWanted = false;
  let isStopped = false;
  let underWay: Promise<void> | undefined;

  /** Answers whether the next mail is worth trying. */
  const deliver = async (waiting: WaitingMail): Promise<boolean> => {
    const mail = await outbox.compose(waiting);
    if (mail !== null && transport === null) {
      if (!options.isProduction) {
        const line = mail.link === null ? mail.subject : `${mail.subject}: ${mail.link}`;
        announce(`Mail to ${mail.recipient} (not sent, SMTP_URL is not set): ${line}`);
      }
      return true;
    }
    try {
      if (mail !== null) await transport?.send(mail);
    } catch (error) {
      warn('mail could not be sent and is tried again later', { err: error, mail: waiting.id, kind: waiting.kind });
      return error instanceof MailTransportError && error.isAboutOneMail;
    }
    await outbox.remove(waiting.id);
    return true;
  };

  const claimNext = async (): Promise<WaitingMail | undefined> =>
    isStopped ? undefined : await outbox.claim({ isFirstAttempt: transport === null });

  const deliverWaiting = async (): Promise<void> => {
    const givenUp = await outbox.purge();
    if (givenUp > 0) logger.warn({ givenUp }, 'mail was given up: it has waited too long');
    for (let waiting = await claimNext(); waiting !== undefined; waiting = await claimNext()) {
      if (!(await deliver(waiting))) return;
    }
  };

  const run = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      try {
        await deliverWaiting();
      } catch (error) {
        if (isDatabaseUnavailable(error)) warn('the outbox cannot be read: the database is away', { err: error });
        else logger.error({ err: error }, 'the outbox cannot be read');
      }
    }
    underWay = undefined;
  };

  const notify = (): void => {
    if (isStopped) return;
    isWanted = true;
    underWay ??= run();
  };

  const timer = setInterval(notify, LOOK_EVERY_MS);
  timer.unref();
  notify();

  return {
    notify,
    stop: async () => {
      isStopped = true;
      isWanted = false;
      clearInterval(timer);
      await Promise.race([underWay, new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
    },
  };
};
