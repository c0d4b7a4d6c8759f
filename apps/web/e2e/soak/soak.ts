/**
 * Edits tasks in two windows of a real Chromium while the server, the tabs and the browser are killed time and again, and
 * then measures what the server has by what was on screen: `pnpm soak --edits 1000 --seed 7`.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseEdit } from './edits.ts';
import { compare, type Expected, type Findings, isFlawless } from './expected.ts';
import { createRandom, type Random } from './random.ts';
import { startWorld, type World } from './world.ts';

const SETTLE_MS = 90_000;

const { values } = parseArgs({ options: { edits: { type: 'string' }, seed: { type: 'string' } } });
const edits = Number(values.edits ?? 200);
const seed = Number(values.seed ?? Date.now() % 100_000);
if (!Number.isInteger(edits) || !Number.isInteger(seed)) throw new Error('Both --edits and --seed are whole numbers.');

const kills = { server: 0, tab: 0, browser: 0 };

const killSomething = async (world: World, random: Random): Promise<void> => {
  if (random.percent(6)) {
    kills.server += 1;
    world.killServer(random.below(3_000));
  }
  if (random.percent(4)) {
    kills.tab += 1;
    await world.killTab(random.below(world.pages.length));
  }
  if (random.percent(2) && (await world.killBrowser())) kills.browser += 1;
  await world.age();
  await world.heal();
};

/** Every edit that is on screen when it returns is expected at the server in the end. */
const runEdits = async (world: World, random: Random): Promise<Expected[]> => {
  const tasks: Expected[] = [];
  for (let done = 0; done < edits; done += 1) {
    const { task, after, run } = chooseEdit(tasks, random);
    const page = random.pick(world.pages);
    if (page === undefined) throw new Error('There is no window.');
    await run(page);
    if (task.states.length === 0) tasks.push(task);
    task.states.push(after);
    if ((done + 1) % 50 === 0) process.stdout.write(`${done + 1} edits\n`);
    await killSomething(world, random);
  }
  return tasks;
};

/** What is still different when everything has had its time to arrive. */
const settle = async (world: World, expected: readonly Expected[]): Promise<Findings> => {
  const giveUpAt = Date.now() + SETTLE_MS;
  for (;;) {
    const findings = compare(expected, await world.readTasks());
    if (isFlawless(findings) || Date.now() > giveUpAt) return findings;
    await sleep(500);
  }
};

process.stdout.write(`Soaking ${edits} edits with --seed ${seed}\n`);
const world = await startWorld();
try {
  const begun = Date.now();
  const expected = await runEdits(world, createRandom(seed));
  const findings = await settle(world, expected);
  const { lost, doubled, wrong } = findings;
  for (const finding of [...lost, ...doubled, ...wrong]) process.stdout.write(`${finding}\n`);
  process.stdout.write(
    `${edits} edits with --seed ${seed} in ${Math.round((Date.now() - begun) / 1_000)} s: ${lost.length} lost, ` +
      `${doubled.length} doubled, ${wrong.length} wrong, ${world.signIns} sign-ins again; ` +
      `killed ${kills.server} servers, ${kills.tab} tabs, ${kills.browser} browsers\n`,
  );
  process.exitCode = isFlawless(findings) && world.signIns === 0 ? 0 : 1;
} finally {
  await world.close();
}
