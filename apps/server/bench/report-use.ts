/**
 * Preloaded into a measured server: answers `cpu` with the CPU time it has used, in microseconds, and `memory` with the
 * bytes it holds.
 */
process.on('message', (wish) => {
  const { user, system } = process.cpuUsage();
  // Not ahead of both: a forced collection slows down what follows it, and some servers more than others.
  if (wish === 'memory') globalThis.gc?.();
  process.send?.(wish === 'memory' ? process.memoryUsage().rss : user + system);
});
