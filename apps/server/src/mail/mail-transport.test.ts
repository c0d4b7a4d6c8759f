import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMailTransport, type MailTransport } from './mail-transport.ts';
import { type MailServer, startMailServer } from './testing/mail-server.ts';

const from = 'Docket <docket@docket.example>';
const words = { subject: 'Hello', text: 'Hello,\n\nhttps://docket.example/x#token=abc\n', link: null };
let mailServer: MailServer;
let transport: MailTransport;

beforeEach(async () => {
  mailServer = await startMailServer();
  transport = createMailTransport({ smtpUrl: mailServer.smtpUrl, from });
});
afterEach(async () => {
  transport.close();
  await mailServer.stop();
});

const HEADERS = [
  'auto-submitted',
  'content-transfer-encoding',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
];

const readHeaderNames = (source: string): (string | undefined)[] =>
  source
    .slice(0, source.indexOf('\r\n\r\n'))
    .replaceAll(/\r\n[ \t]/g, ' ')
    .split('\r\n')
    .map((line) => line.split(':')[0]?.toLowerCase());

test('a mail arrives with these headers and no others', async () => {
  await transport.send({ ...words, recipient: 'ada@example.com' });
  expect(mailServer.received).toMatchObject([{ recipients: ['ada@example.com'], text: words.text }]);
  const source = mailServer.received[0]?.source ?? '';
  expect(source).toMatch(/^From: Docket <docket@docket\.example>\r$/m);
  expect(source).toMatch(/^To: ada@example\.com\r$/m);
  expect(new Set(readHeaderNames(source))).toEqual(new Set(HEADERS));
});

test.for([
  'ada@example.com\r\nBcc: eve@evil.example',
  'ada@example.com>\r\nRCPT TO:<eve@evil.example',
  'eve@evil.example, ada@example.com',
  'eve@evil.example,ada@example.com',
  '"Ada" <eve@evil.example>, x@example.com',
  'everyone: eve@evil.example;@example.com',
])('what is no address gets no mail, and adds no header or recipient: %j (ASVS 1.3.11)', async (recipient) => {
  await expect(transport.send({ ...words, recipient })).rejects.toMatchObject({ code: 'EENVELOPE' });
  expect(mailServer.received).toEqual([]);
  expect(mailServer.countConnections()).toBe(0);
});

test('a refusal tells the reply code, and none of the words, which quote addresses (ASVS 16.2.5)', async () => {
  mailServer.refuse({ status: 550, words: 'ada@example.com does not live here' });
  const error: unknown = await transport.send({ ...words, recipient: 'ada@example.com' }).catch((e: unknown) => e);
  expect(error).toMatchObject({ message: 'the SMTP server answered 550', code: 'EENVELOPE', isAboutOneMail: true });
  expect(error).not.toHaveProperty('cause');
});

test('a server that is down is an error that tells no credentials (ASVS 16.2.5)', async () => {
  await mailServer.stop();
  const smtpUrl = mailServer.smtpUrl.replace('//', '//postmaster:s3cret@');
  const sending = createMailTransport({ smtpUrl, from }).send({ ...words, recipient: 'ada@example.com' });
  const error: unknown = await sending.catch((e: unknown) => e);
  expect(error).toMatchObject({ name: 'MailTransportError', isAboutOneMail: false });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/postmaster|s3cret/);
  await mailServer.restart();
});

test('closing breaks off what is being sent', async () => {
  const { proceed } = mailServer.hold();
  const sending = transport.send({ ...words, recipient: 'ada@example.com' });
  const brokenOff = expect(sending).rejects.toMatchObject({ code: 'EABORT' });
  await expect.poll(() => mailServer.countConnections()).toBe(1);
  transport.close();
  await brokenOff;
  proceed();
});
