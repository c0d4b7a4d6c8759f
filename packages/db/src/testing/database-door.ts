import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DatabaseDoor {
  /** The database's URL, by way of this door. */
  url: string;
  /** Keeps every connection, and holds what the database and its clients say. */
  hold(): void;
  /** Passes everything on again, and what was held too. */
  release(): void;
  /** How many connections came so far. */
  countConnections(): number;
  /** Keeps every connection and refuses new ones. */
  refuse(): void;
  /** Drops every connection and refuses new ones. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
}

const readPort = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string') throw new Error('the door listens nowhere');
  return address.port;
};

/** A TCP proxy before a database that can hang and refuse. */
export const openDatabaseDoor = async (databaseUrl: string): Promise<DatabaseDoor> => {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let isHeld = false;
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (bytes) => to.write(bytes));
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (isHeld) from.pause();
    }
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const port = readPort(server.address());
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    hold() {
      isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    release() {
      isHeld = false;
      for (const socket of sockets) socket.resume();
    },
    countConnections: () => connections,
    refuse: () => void server.close(),
    async shut() {
      const closed = server.listening ? once(server, 'close') : undefined;
      if (server.listening) server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    reopen: () => listen(port),
  };
};
