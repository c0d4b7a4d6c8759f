/** How a procedure is reached over REST, in the words of trpc-to-openapi. */
export type ProcedureMeta = {
  openapi: {
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
    path: `/${string}`;
    summary: string;
    tags: string[];
    protect: boolean;
  };
};
