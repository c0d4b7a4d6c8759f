/** One line for the person at the terminal. */
export const announce = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
