/** Preloaded into a measured server: answers each message with the CPU time it has used, in microseconds. */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
