import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { AuthPage } from './auth-page.tsx';

type VoidLinkPageProps = { readonly reason: string | undefined; readonly way: ReactNode };

/** A link of a mail that leads no further, and the way to one that does. */
export const VoidLinkPage = ({ reason, way }: VoidLinkPageProps) => (
  <AuthPage
    title="This link does not work"
    lead={reason}
    otherWay={
      <>
        Nothing was changed. <Link to="/">Go to Docket</Link>
      </>
    }
  >
    {way}
  </AuthPage>
);
