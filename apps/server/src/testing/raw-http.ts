import { connect, type Socket } from 'node:net';

/** Writes bytes as they are, however broken, and reads until the answer holds `until` or the server closes. */
export const exchange = (port: number, bytes: string | string[], until?: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1');
    let received = '';
    const finish = (): void => {
      socket.destroy();
      resolve(received);
    };
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      for (const part of [bytes].flat()) socket.write(part, 'latin1');
    });
    socket.on('data', (text: string) => {
      received += text;
      if (until?.test(received) === true) finish();
    });
    socket.on('end', finish);
    // A refused body may be answered and the connection then reset.
    socket.on('error', (error) => (received === '' ? reject(error) : finish()));
  });

/** A request as text. Two headers of one name stay two. */
export const writeRequest = (line: string, headers: readonly string[] = [], body = ''): string =>
  [`${line} HTTP/1.1`, 'Host: docket.test', ...headers, '', body].join('\r\n');

export const readStatus = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);

export const readJsonBody = (answer: string): unknown => JSON.parse(/\{[^]*\}/.exec(answer)?.[0] ?? 'null');
