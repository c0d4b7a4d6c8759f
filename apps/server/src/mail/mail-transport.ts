import type { Mail } from '@docket/api';
import { Email } from '@docket/domain';
import { createTransport } from 'nodemailer';

export interface MailTransport {
  /**
   * Hands a mail to the SMTP server, within 20 seconds.
   *
   * @throws {MailTransportError}
   */
  send(mail: Mail): Promise<void>;
  /** Breaks off what is being sent. Safe to call again. */
  close(): void;
}

/**
 * A mail was not taken. It holds no more than nodemailer's code and the server's reply code (RFC 5321 4.2): the words
 * of either quote addresses.
 */
export class MailTransportError extends Error {
  override readonly name = 'MailTransportError';
  readonly code: string;
  constructor(code: string, status: number | undefined) {
    super(
      status === undefined ? 'the SMTP server was not asked, or gave no answer' : `the SMTP server answered ${status}`,
    );
    this.code = code;
  }

  /** Whether another mail may fare better: nothing is wrong with the connection or with who we are. */
  get isAboutOneMail(): boolean {
    return this.code === 'EENVELOPE' || this.code === 'EMESSAGE';
  }
}

/** All of them shorter than the 30 seconds for which a mail is claimed. */
const TIME_LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 15_000 };
const SEND_LIMIT_MS = 20_000;

const readProperty = (error: unknown, name: string): unknown =>
  error instanceof Error ? Reflect.get(error, name) : undefined;

const describeFailure = (error: unknown): MailTransportError => {
  const code = readProperty(error, 'code');
  const status = readProperty(error, 'responseCode');
  return new MailTransportError(
    typeof code === 'string' ? code : 'EUNKNOWN',
    typeof status === 'number' ? status : undefined,
  );
};

/**
 * Sends through the server of an `smtp:` or `smtps:` URL as nodemailer reads it. Nothing connects before the first mail.
 * `from` is an address, or a name and an address: `Docket <docket@example.com>`.
 */
export const createMailTransport = (options: { smtpUrl: string; from: string }): MailTransport => {
  const transporter = createTransport({ url: options.smtpUrl, ...TIME_LIMITS });
  const closing = new AbortController();
  return {
    async send({ recipient, subject, text }) {
      // nodemailer quotes what is no address and sends it on; here it reaches no server and no header.
      const { data: address } = Email.safeParse(recipient);
      if (address === undefined) throw new MailTransportError('EENVELOPE', undefined);
      try {
        await transporter.sendMail({
          from: options.from,
          to: { name: '', address },
          subject,
          text,
          // RFC 3834: nobody's absence note answers.
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(SEND_LIMIT_MS)]),
        });
      } catch (error) {
        throw describeFailure(error);
      }
    },
    close() {
      closing.abort();
      transporter.close();
    },
  };
};
