import './opening-page.css';
import { Brand } from './brand.tsx';
import { Skeleton } from './skeleton.tsx';

/** The page's place while it is found out who is signed in. */
export const OpeningPage = () => (
  <main className="opening" id="main">
    <Brand />
    <Skeleton label="Opening Docket…" rows={4} isLate />
  </main>
);
