import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { Button } from './components/button.tsx';
import { OpeningPage } from './components/opening-page.tsx';
import { PageMessage } from './components/page-message.tsx';
import { describeError, isPassing, readErrorAnswer } from './errors.ts';
import { endSession, resumeSession } from './session.ts';

const RETRY_SECONDS = 10;

type Opening = { readonly step: 'trying' | 'open' | 'failed' | 'trying again'; readonly error?: unknown };

/** Lets no page decide anything before it is known who is signed in; an outage on the way there signs nobody out. */
export const SessionGate = ({ children }: { readonly children: ReactNode }) => {
  const [opening, setOpening] = useState<Opening>({ step: 'trying' });

  const open = useCallback(() => {
    resumeSession().then(
      () => setOpening({ step: 'open' }),
      (error: unknown) => setOpening({ step: 'failed', error }),
    );
  }, []);
  const openAgain = useCallback(() => {
    setOpening((before) => (before.step === 'failed' ? { ...before, step: 'trying again' } : before));
    open();
  }, [open]);

  useEffect(open, [open]);

  useEffect(() => {
    if (opening.step !== 'failed') return undefined;
    const seconds = readErrorAnswer(opening.error)?.retryAfterSeconds ?? RETRY_SECONDS;
    const timer = setTimeout(openAgain, seconds * 1_000);
    window.addEventListener('online', openAgain);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', openAgain);
    };
  }, [openAgain, opening]);

  if (opening.step === 'open') return children;
  if (opening.step === 'trying') return <OpeningPage />;
  const isTrying = opening.step === 'trying again';
  const mayPass = isPassing(opening.error) || Number(readErrorAnswer(opening.error)?.httpStatus) >= 429;
  return (
    <PageMessage
      title={mayPass ? 'Docket cannot be reached' : 'Docket could not be opened'}
      actions={
        <>
          <Button tone="accent" aria-disabled={isTrying} onClick={isTrying ? undefined : openAgain}>
            {isTrying ? 'Trying…' : 'Try again'}
          </Button>
          {mayPass ? null : (
            <Button
              onClick={() => {
                endSession('sign-out');
                setOpening({ step: 'open' });
              }}
            >
              Sign in again
            </Button>
          )}
        </>
      }
    >
      {mayPass
        ? 'You are still signed in, and all that was saved is safe. This page tries again by itself every few seconds.'
        : describeError(opening.error)}
    </PageMessage>
  );
};
