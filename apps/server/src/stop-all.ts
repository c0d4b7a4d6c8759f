export type Stop = () => void | Promise<void>;

/** Calls each, the last one first, and goes on past one that fails: the others hold files, ports and connections, too. */
export const stopAll = async (stops: readonly Stop[], onFailure: (error: unknown) => void): Promise<void> => {
  for (const stop of stops.toReversed()) {
    try {
      await stop();
    } catch (error) {
      onFailure(error);
    }
  }
};
