import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createAccountSync } from './account-sync.ts';
import { App } from './app.tsx';
import { watchLeaving } from './watch-leaving.ts';
import { createQueryClient } from './query-client.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html holds no #root.');

watchLeaving();
const queryClient = createQueryClient();
const accountSync = createAccountSync(queryClient);

const show = (): void =>
  createRoot(root).render(
    <StrictMode>
      <App queryClient={queryClient} accountSync={accountSync} />
    </StrictMode>,
  );

/** With the first rows, where they are here in a moment: that is sooner than after a page without them. */
const FIRST_ROWS_MS = 150;
void Promise.race([accountSync.read()?.begun, new Promise((resolve) => setTimeout(resolve, FIRST_ROWS_MS))]).then(show);
