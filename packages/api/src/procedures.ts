import { authRouter } from './routers/auth.ts';
import { tasksRouter } from './routers/tasks.ts';

/** Every procedure by name. The declaration of this record names no context, so that a client can carry it. */
export const procedures = { auth: authRouter, tasks: tasksRouter };
