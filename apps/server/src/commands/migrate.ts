import { announce } from '../announce.ts';
import { runCommand } from './run-command.ts';

await runCommand(() => {
  announce('The schema is up to date.');
  return Promise.resolve();
});
