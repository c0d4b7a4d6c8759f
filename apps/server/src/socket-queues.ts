import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** Node's own object beneath a socket; what is read of it here is shown nowhere else. */
const readHandle = (socket: Socket, name: 'fd' | 'bytesWritten' | 'writeQueueSize'): number => {
  const handle: unknown = Reflect.get(socket, '_handle');
  const value: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, name) : undefined;
  return typeof value === 'number' ? value : 0;
};

/** How many bytes the kernel has taken, of the write under way, too. */
export const countHandedOver = (socket: Socket): number =>
  readHandle(socket, 'bytesWritten') - readHandle(socket, 'writeQueueSize');

/** By which the kernel's tables name the socket; 0 where it cannot be told. */
export const readInode = (socket: Socket): number => {
  const fd = readHandle(socket, 'fd');
  return fd > 0 ? fstatSync(fd).ino : 0;
};

const readTable = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/**
 * How many bytes the kernel holds that the other side has not acknowledged, by inode (proc_net_tcp). A large send
 * buffer lets a slow reader stand still for Node, long after it has begun to read. Empty where there is no Linux.
 */
export const readUnacknowledged = async (): Promise<Map<number, number>> => {
  const bytesByInode = new Map<number, number>();
  const tables = await Promise.all([readTable('/proc/net/tcp'), readTable('/proc/net/tcp6')]);
  for (const line of tables.join('').split('\n')) {
    const [, , , , queues = '', , , , , inode] = line.trim().split(/ +/);
    bytesByInode.set(Number(inode), Number.parseInt(queues, 16));
  }
  return bytesByInode;
};
