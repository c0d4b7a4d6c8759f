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
  /** Starts no other mail and waits up to five seconds for those under way. Safe to call again. */
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

/** So many mails go out at once; one of the lanes is for links alone, so that no flood of notices delays one. */
const LANES = [{ isLink: true }, ...Array.from({ length: 4 }, () => ({ isLink: false }))];

/** Runs `work` after each `wake()`, and once more where that came while it ran. `stop` resolves when it has ended. */
const createLane = (work: () => Promise<void>): { wake: () => void; stop: () => Promise<void> } => {
  let isWanted = false;
  let underWay: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      await work();
    }
    underWay = undefined;
  };
  return {
    wake: () => {
      isWanted = true;
      underWay ??= run();
    },
    stop: async () => {
      isWanted = false;
      await underWay;
    },
  };
};

/**
 * Sends what waits in the outbox, a few mails at a time, soon after `notify()` and every 15 seconds. Any number of server
 * processes may do so at once. What fails is logged and tried again later. A mail arrives twice only where a process dies,
 * or loses its database, between sending it and saying so.
 */
export const startMailDelivery = (options: MailDeliveryOptions): MailDelivery => {
  const { transport, logger, announce } = options;
  const outbox: Outbox = createOutbox(options);
  const warn = createQuietWarning(logger);
  let isStopped = false;

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

  const claimNext = async (isLink: boolean): Promise<WaitingMail | undefined> =>
    isStopped ? undefined : await outbox.claim({ isFirstAttempt: transport === null, isLink });

  const deliverWaiting = async (isLink: boolean): Promise<void> => {
    for (let waiting = await claimNext(isLink); waiting !== undefined; waiting = await claimNext(isLink)) {
      if (!(await deliver(waiting))) return;
    }
  };

  const giveUpOld = async (): Promise<void> => {
    const givenUp = await outbox.purge();
    if (givenUp > 0) logger.warn({ givenUp }, 'mail was given up: it has waited too long');
  };

  const reportFaults = (work: () => Promise<void>) => async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (isDatabaseUnavailable(error)) warn('the outbox cannot be read: the database is away', { err: error });
      else logger.error({ err: error }, 'the outbox cannot be read');
    }
  };

  const lanes = [
    giveUpOld,
    ...LANES.map(
      ({ isLink }) =>
        () =>
          deliverWaiting(isLink),
    ),
  ].map((work) => createLane(reportFaults(work)));

  const notify = (): void => {
    if (!isStopped) for (const { wake } of lanes) wake();
  };

  const timer = setInterval(notify, LOOK_EVERY_MS);
  timer.unref();
  notify();

  return {
    notify,
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      const ended = Promise.all(lanes.map(({ stop }) => stop()));
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
    },
  };
};
