import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

interface ReceivedMail {
  /** Whom the envelope names. */
  recipients: string[];
  /** As it came, headers first. */
  source: string;
  /** The decoded body. */
  text: string;
}

export interface MailServer {
  smtpUrl: string;
  /** What has arrived, oldest first. */
  received: ReceivedMail[];
  /** How often a client has connected. */
  countConnections(): number;
  /** Refuses every recipient from now on with this status and these words; null: none. */
  refuse(reply: { status: number; words: string } | null): void;
  /** Lets connections in and answers nothing until `proceed` is called. */
  hold(): { proceed: () => void };
  /** Answers nothing about this recipient until `proceed` is called; `count` says how many mails wait for that. */
  holdRecipient(address: string): { proceed: () => void; count: () => number };
  stop(): Promise<void>;
  /** Listens again where it listened before. */
  restart(): Promise<void>;
}

/** RFC 2045 6.7. */
const decodeQuotedPrintable = (text: string): string =>
  Buffer.from(
    text
      .replaceAll('=\r\n', '')
      .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

const readText = (source: string): string => {
  const split = source.indexOf('\r\n\r\n');
  const body = source.slice(split + 4);
  const isQuoted = /^content-transfer-encoding: quoted-printable$/im.test(source.slice(0, split));
  return (isQuoted ? decodeQuotedPrintable(body) : body).replaceAll('\r\n', '\n');
};

/** A real SMTP server on a free port that keeps what it is given. It speaks no TLS. */
export const startMailServer = async (): Promise<MailServer> => {
  const received: ReceivedMail[] = [];
  let refusal: { status: number; words: string } | null = null;
  let held: (() => void)[] | undefined;
  let heldRecipient: { address: string; waiting: (() => void)[] } | undefined;
  let connections = 0;

  const listen = async (port: number): Promise<{ server: SMTPServer; port: number }> => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      closeTimeout: 100,
      onConnect(_session, callback) {
        connections += 1;
        if (held === undefined) callback();
        else held.push(callback);
      },
      onRcptTo({ address }, _session, callback) {
        const reply = (): void =>
          callback(refusal === null ? null : Object.assign(new Error(refusal.words), { responseCode: refusal.status }));
        if (heldRecipient?.address === address) heldRecipient.waiting.push(reply);
        else reply();
      },
      onData(stream, session, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.once('end', () => {
          const source = Buffer.concat(chunks).toString('utf8');
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          received.push({ recipients, source, text: readText(source) });
          callback();
        });
      },
    });
    server.on('error', () => {});
    const listening = server.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    const address = listening.address();
    if (address === null || typeof address === 'string') throw new Error('the mail server listens nowhere');
    return { server, port: address.port };
  };

  let { server, port } = await listen(0);
  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    received,
    countConnections: () => connections,
    refuse: (reply) => {
      refusal = reply;
    },
    hold: () => {
      const waiting: (() => void)[] = [];
      held = waiting;
      return {
        proceed: () => {
          held = undefined;
          for (const answer of waiting) answer();
        },
      };
    },
    holdRecipient: (address) => {
      const waiting: (() => void)[] = [];
      heldRecipient = { address, waiting };
      return {
        count: () => waiting.length,
        proceed: () => {
          heldRecipient = undefined;
          for (const answer of waiting) answer();
        },
      };
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
    restart: async () => {
      ({ server, port } = await listen(port));
    },
  };
};
