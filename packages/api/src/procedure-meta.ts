/** How a procedure is reached over REST, in the words of trpc-to-openapi. */
export type ProcedureMeta = {
  /** Missing in a subscription, which REST does not have. */
  openapi?: {
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
    path: `/${string}`;
    summary: string;
    tags: string[];
    protect: boolean;
  };
  /** The list whose pages REST joins to one answer, which it streams. The input has a `cursor`, the output its `next`. */
  joinedList?: string;
};
