/** A task as it should be. Its title begins with its name, which no other task has. */
export interface TaskState {
  readonly title: string;
  readonly description: string;
  readonly completed: boolean;
  readonly deleted: boolean;
}

/** All that a task has been, the latest last. */
export interface Expected {
  readonly name: string;
  readonly states: TaskState[];
}

export interface Findings {
  /** Edits that are nowhere, though they were on screen. */
  lost: string[];
  /** Tasks that are there more than once. */
  doubled: string[];
  /** What nobody has written. */
  wrong: string[];
}

export const readLatest = ({ name, states }: Expected): TaskState => {
  const latest = states.at(-1);
  if (latest === undefined) throw new Error(`${name} was never made.`);
  return latest;
};

const FIELDS = ['title', 'description', 'completed', 'deleted'] as const;

const compareTask = (expected: Expected, found: readonly TaskState[], findings: Findings): void => {
  const [only, ...twins] = found;
  if (only === undefined) {
    findings.lost.push(`${expected.name} is not there`);
    return;
  }
  if (twins.length > 0) findings.doubled.push(`${expected.name} is there ${found.length} times`);
  const latest = readLatest(expected);
  for (const field of FIELDS) {
    if (only[field] === latest[field]) continue;
    const isOld = expected.states.some((state) => state[field] === only[field]);
    const text = `${expected.name}: ${field} is ${String(only[field])} instead of ${String(latest[field])}`;
    (isOld ? findings.lost : findings.wrong).push(text);
  }
};

const readName = (title: string): string => title.split(' ', 1)[0] ?? '';

/** What the server has, measured by what was done on screen. */
export const compare = (expected: readonly Expected[], found: readonly TaskState[]): Findings => {
  const findings: Findings = { lost: [], doubled: [], wrong: [] };
  for (const task of expected) {
    const own = found.filter(({ title }) => readName(title) === task.name);
    compareTask(task, own, findings);
  }
  const names = new Set(expected.map(({ name }) => name));
  for (const { title } of found) if (!names.has(readName(title))) findings.wrong.push(`Nobody wrote ${title}`);
  return findings;
};

export const isFlawless = ({ lost, doubled, wrong }: Findings): boolean =>
  lost.length + doubled.length + wrong.length === 0;
