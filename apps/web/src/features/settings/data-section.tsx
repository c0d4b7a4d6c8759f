import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { describeError } from '../../errors.ts';
import { trpc } from '../../trpc.ts';
import { DeleteAccountDialog } from './delete-account-dialog.tsx';
import { SettingsSection } from './settings-page.tsx';

/** Hands a text, in parts, to the browser as a file to be kept. */
const saveFile = (name: string, parts: readonly string[]): void => {
  const url = URL.createObjectURL(new Blob([...parts], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some browsers only begin to read it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

type ExportState =
  | { readonly step: 'idle' }
  | { readonly step: 'under way'; readonly taskCount: number }
  | { readonly step: 'done'; readonly taskCount: number }
  | { readonly step: 'failed'; readonly error: unknown };

const useExport = () => {
  const { client } = trpc.useUtils();
  const [state, setState] = useState<ExportState>({ step: 'idle' });
  const start = async () => {
    setState({ step: 'under way', taskCount: 0 });
    try {
      const { tasks, next: firstNext, ...profile } = await client.account.export.mutate({});
      const lines = tasks.map((task) => JSON.stringify(task));
      for (let next = firstNext; next !== null;) {
        setState({ step: 'under way', taskCount: lines.length });
        const page = await client.account.export.mutate({ cursor: next });
        lines.push(...page.tasks.map((task) => JSON.stringify(task)));
        next = page.next;
      }
      const head = JSON.stringify({ ...profile, next: null }, null, 2).replace(/\n\}$/, '');
      saveFile(`docket-${profile.exportedAt.slice(0, 10)}.json`, [
        `${head},\n  "tasks": [\n    `,
        lines.join(',\n    '),
        '\n  ]\n}\n',
      ]);
      setState({ step: 'done', taskCount: lines.length });
    } catch (error) {
      setState({ step: 'failed', error });
    }
  };
  return { state, start };
};

const countTasks = (count: number): string => (count === 1 ? '1 task' : `${count} tasks`);

export const DataSection = () => {
  const { state, start } = useExport();
  const [isDeleting, setIsDeleting] = useState(false);
  const isUnderWay = state.step === 'under way';

  return (
    <SettingsSection title="Your data">
      <section className="settings-part">
        <h2>Export</h2>
        <p className="settings-text">
          All that Docket keeps of you as one JSON file: your profile, tasks, devices and recent activity.
        </p>
        {state.step === 'failed' ? <Problem>Nothing was exported. {describeError(state.error)}</Problem> : null}
        <div className="form-actions">
          <Button aria-disabled={isUnderWay} onClick={isUnderWay ? undefined : () => void start()}>
            {isUnderWay ? 'Collecting…' : 'Export everything'}
          </Button>
          <output className="settings-word">
            {state.step === 'done' ? `Exported, with ${countTasks(state.taskCount)}.` : null}
            {state.step === 'under way' && state.taskCount > 0 ? `${countTasks(state.taskCount)} so far` : null}
          </output>
        </div>
      </section>
      <section className="settings-part">
        <h2>Delete the account</h2>
        <p className="settings-text">
          Removes your account and everything in it, at once and for good. Export first what you want to keep.
        </p>
        <Button className="button-danger-quiet" onClick={() => setIsDeleting(true)}>
          Delete the account…
        </Button>
      </section>
      {isDeleting ? <DeleteAccountDialog onClose={() => setIsDeleting(false)} /> : null}
    </SettingsSection>
  );
};
