import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DatabaseProxy {
  /** The database's URL, by way of this proxy. */
  url: string;
  /** Drops every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Drops every connection and holds new ones without an answer. */
  mute(): void;
  /** Keeps every connection and passes nothing on, as a stopped database does. */
  freeze(): void;
  /** Passes everything on again, and what was held too. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** A TCP proxy before a database, to take the database away. */
export const startDatabaseProxy = async (databaseUrl: string): Promise<DatabaseProxy> => {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let isHeld = false;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    if (isHeld) socket.pause();
  };
  const server = createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      track(from);
      from.on('data', (chunk) => to.write(chunk));
      from.once('close', () => to.destroy());
      if (isHeld) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
    address !== null && typeof address !== 'string';
  const address = server.address();
  if (!isAddress(address)) throw new Error('the proxy listens nowhere');
  url.host = `127.0.0.1:${address.port}`;

  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
    mute() {
      isHeld = true;
      drop();
    },
    freeze() {
      isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    async restore() {
      isHeld = false;
      for (const socket of sockets) socket.resume();
      if (server.listening) return;
      server.listen(address.port, '127.0.0.1');
      await once(server, 'listening');
    },
    async close() {
      drop();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
};
