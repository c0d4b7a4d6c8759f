/**
 * Preloaded into a measured server: answers each message with the CPU time it has used, in microseconds, and with the
 * memory it holds, in bytes.
 */
process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage().rss });
});
