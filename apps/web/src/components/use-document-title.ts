import { useEffect } from 'react';

/** Names the tab after the view. */
export const useDocumentTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Docket`;
  }, [title]);
};
