import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { describeError } from '../../errors.ts';
import { trpc } from '../../trpc.ts';
import { DeleteAccountDialog } from './delete-account-dialog.tsx';
import { SettingsSection } from './settings-page.tsx';

/** Hands a text to the browser as a file to be kept. */
const saveFile = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some browsers only begin to read it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

type ExportState =
  | { readonly step: 'idle' | 'under way' }
  | { readonly step: 'done'; readonly taskCount: number }
  | { readonly step: 'failed'; readonly error: unknown };

const useExport = () => {
  const { client } = trpc.useUtils();
  const [state, setState] = useState<ExportState>({ step: 'idle' });
  const start = async () => {
    setState({ step: 'under way' });
    try {
      const everything = await client.account.export.query();
      saveFile(`docket-${everything.exportedAt.slice(0, 10)}.json`, JSON.stringify(everything, null, 2));
      setState({ step: 'done', taskCount: everything.tasks.length });
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
