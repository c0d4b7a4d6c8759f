/** What one writes of a task. */
export interface TextFields {
  readonly title?: string;
  readonly description?: string;
}

type Checked = { fields: TextFields } | { fault: string };

let apply: ((fields: TextFields) => Checked) | null = null;
let loading: Promise<void> | null = null;

const loadRules = async (): Promise<void> => {
  try {
    const { applyRules } = await import('./text-rules.ts');
    apply = applyRules;
  } catch {
    loading = null;
  }
};

/** To be called when somebody begins to write: the rules are a script of their own, which a page is read without. */
export const prepareRules = (): Promise<void> => {
  loading ??= loadRules();
  return loading;
};

/** Text as it is to be saved, or what is wrong with it. While the rules are on their way it is the server that checks. */
export const checkText = (fields: TextFields): Checked => apply?.(fields) ?? { fields };
