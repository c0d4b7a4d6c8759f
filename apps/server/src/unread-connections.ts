import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from './logger.ts';
import { countHandedOver, readInode, readUnacknowledged } from './socket-queues.ts';

const UNREAD_MS = 30_000;
/** How often a connection is looked at within that time. */
const LOOKS = 3;

interface Connection {
  inode: number;
  /** What its reader had taken, and at how many looks in a row since; undefined while nothing waits to be read. */
  look: { taken: number; repeats: number } | undefined;
}

/**
 * Cuts each connection on which something waits to be read, of an answer or a stream, and none of it is taken for a
 * while: its memory is free then, and a stream's generator ends. Node's own limit does not do that, since pings and what
 * the client itself sends set it back. Returns the way to stop.
 */
export const cutUnreadConnections = (
  server: Server,
  { logger, unreadMs = UNREAD_MS }: { logger: Logger; unreadMs?: number | undefined },
): (() => void) => {
  const connections = new Map<Socket, Connection>();
  server.on('connection', (socket) => {
    connections.set(socket, { inode: readInode(socket), look: undefined });
    socket.once('close', () => connections.delete(socket));
  });

  const lookAtAll = async (): Promise<void> => {
    if (connections.size === 0) return;
    const unacknowledged = await readUnacknowledged();
    for (const [socket, connection] of connections) {
      const sent = unacknowledged.get(connection.inode) ?? 0;
      if (socket.writableLength === 0 && sent === 0) {
        connection.look = undefined;
        continue;
      }
      // Of what is added meanwhile, such as a ping, nothing is taken either.
      const taken = countHandedOver(socket) - sent;
      const repeats = connection.look?.taken === taken ? connection.look.repeats + 1 : 0;
      connection.look = { taken, repeats };
      if (repeats < LOOKS - 1) continue;
      logger.info('a connection was cut: nobody read what it was sent');
      // Not `destroy`, behind which the kernel would keep what it holds for minutes.
      socket.resetAndDestroy();
    }
  };
  const timer = setInterval(() => void lookAtAll(), unreadMs / LOOKS);
  timer.unref();
  return () => clearInterval(timer);
};
