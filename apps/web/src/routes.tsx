import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type ErrorComponentProps,
  Link,
  Outlet,
  redirect as redirectTo,
  useNavigate,
  useRouter,
} from '@tanstack/react-router';
import { useCallback } from 'react';
import { AppShell } from './components/app-shell.tsx';
import { Button } from './components/button.tsx';
import { PageMessage } from './components/page-message.tsx';
import { AccountMenu } from './features/auth/account-menu.tsx';
import { toSafePath } from './features/auth/safe-path.ts';
import { OpenCount } from './features/tasks/open-count.tsx';
import { SyncStatus } from './features/tasks/sync-status.tsx';
import { TaskListPage } from './features/tasks/task-list-page.tsx';
import { TrashPage } from './features/tasks/trash-page.tsx';
import { UndoProvider } from './features/tasks/undo.tsx';
import { readAccountId, readSessionEnd } from './session.ts';
import { SignedIn } from './sync-context.tsx';

type RedirectSearch = { redirect?: string };
type SignInSearch = RedirectSearch & { done?: 'password-reset' };
type TaskSearch = { task?: string };

const readRedirect = ({ redirect }: Record<string, unknown>): RedirectSearch =>
  toSafePath(redirect) === '/' ? {} : { redirect: toSafePath(redirect) };

const readSignIn = (search: Record<string, unknown>): SignInSearch => ({
  ...readRedirect(search),
  ...(search['done'] === 'password-reset' ? { done: 'password-reset' } : {}),
});

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

const readTask = ({ task }: Record<string, unknown>): TaskSearch =>
  typeof task === 'string' && UUID.test(task) ? { task: task.toLowerCase() } : {};

const toTaskSearch = (id: string | undefined): TaskSearch => (id === undefined ? {} : { task: id });

const leaveWhenSignedIn = ({ search }: { search: RedirectSearch }): void => {
  if (readAccountId() !== null) throw redirectTo({ href: toSafePath(search.redirect), replace: true });
};

const Shell = () => {
  const navigate = useNavigate();
  const addTask = async () => {
    await navigate({ to: '/' });
    document.querySelector<HTMLInputElement>('.add-task input')?.focus();
  };
  return (
    <SignedIn>
      <UndoProvider>
        <AppShell
          openCount={<OpenCount />}
          account={<AccountMenu />}
          status={<SyncStatus />}
          onNewTask={() => void addTask()}
          onSettings={() => void navigate({ to: '/settings' })}
        >
          <Outlet />
        </AppShell>
      </UndoProvider>
    </SignedIn>
  );
};

const Broken = ({ reset }: ErrorComponentProps) => {
  const { invalidate } = useRouter();
  return (
    <PageMessage
      title="Something went wrong"
      actions={
        <Button
          tone="accent"
          onClick={() => {
            reset();
            void invalidate();
          }}
        >
          Try again
        </Button>
      }
    >
      This page could not be shown. What was saved is safe.
    </PageMessage>
  );
};

const NotFound = () => (
  <PageMessage title="There is no such page" actions={<Link to="/">Go to your tasks</Link>}>
    The address may be mistyped, or what it led to is gone.
  </PageMessage>
);

const rootRoute = createRootRoute();

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: ({ location }) => {
    if (readAccountId() !== null) return;
    const path = toSafePath(location.href);
    const search =
      path === '/' || readSessionEnd() === 'sign-out' || readSessionEnd() === 'elsewhere' ? {} : { redirect: path };
    throw redirectTo({ to: '/sign-in', search, replace: true });
  },
  component: Shell,
});

const tasksRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  validateSearch: readTask,
  component: function Tasks() {
    const { task } = tasksRoute.useSearch();
    const navigate = tasksRoute.useNavigate();
    const openTask = useCallback(
      (id: string | undefined) => void navigate({ search: toTaskSearch(id), resetScroll: false }),
      [navigate],
    );
    return <TaskListPage key="open" view="open" openTaskId={task} onOpenTask={openTask} />;
  },
});

const completedRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/completed',
  validateSearch: readTask,
  component: function Completed() {
    const { task } = completedRoute.useSearch();
    const navigate = completedRoute.useNavigate();
    const openTask = useCallback(
      (id: string | undefined) => void navigate({ search: toTaskSearch(id), resetScroll: false }),
      [navigate],
    );
    return <TaskListPage key="completed" view="completed" openTaskId={task} onOpenTask={openTask} />;
  },
});

const trashRoute = createRoute({ getParentRoute: () => signedInRoute, path: '/trash', component: TrashPage });

/** Scripts of their own, for the few times that one goes there. */
const loadAuth = () => import('./features/auth/pages.ts');
const SignInPage = lazyRouteComponent(loadAuth, 'SignInPage');
const SignUpPage = lazyRouteComponent(loadAuth, 'SignUpPage');
const loadSettings = () => import('./features/settings/pages.ts');

const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings',
  component: lazyRouteComponent(loadSettings, 'SettingsPage'),
});
const inSettings = { getParentRoute: () => settingsRoute };
const settingsIndexRoute = createRoute({
  ...inSettings,
  path: '/',
  component: lazyRouteComponent(loadSettings, 'SettingsIndex'),
});
const profileRoute = createRoute({
  ...inSettings,
  path: '/profile',
  component: lazyRouteComponent(loadSettings, 'ProfileSection'),
});
const emailRoute = createRoute({
  ...inSettings,
  path: '/email',
  component: lazyRouteComponent(loadSettings, 'EmailSection'),
});
const passwordRoute = createRoute({
  ...inSettings,
  path: '/password',
  component: lazyRouteComponent(loadSettings, 'PasswordSection'),
});
const devicesRoute = createRoute({
  ...inSettings,
  path: '/devices',
  component: lazyRouteComponent(loadSettings, 'DevicesSection'),
});
const activityRoute = createRoute({
  ...inSettings,
  path: '/activity',
  component: lazyRouteComponent(loadSettings, 'ActivitySection'),
});
const dataRoute = createRoute({
  ...inSettings,
  path: '/data',
  component: lazyRouteComponent(loadSettings, 'DataSection'),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: readSignIn,
  beforeLoad: leaveWhenSignedIn,
  component: function SignIn() {
    const { redirect, done } = signInRoute.useSearch();
    return <SignInPage redirect={redirect} done={done} />;
  },
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  validateSearch: readRedirect,
  beforeLoad: leaveWhenSignedIn,
  component: function SignUp() {
    return <SignUpPage redirect={signUpRoute.useSearch().redirect} />;
  },
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(loadAuth, 'ForgotPasswordPage'),
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyRouteComponent(loadAuth, 'ResetPasswordPage'),
});

const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirm-email',
  component: lazyRouteComponent(loadAuth, 'ConfirmEmailPage'),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signedInRoute.addChildren([
      tasksRoute,
      completedRoute,
      trashRoute,
      settingsRoute.addChildren([
        settingsIndexRoute,
        profileRoute,
        emailRoute,
        passwordRoute,
        devicesRoute,
        activityRoute,
        dataRoute,
      ]),
    ]),
    signInRoute,
    signUpRoute,
    forgotPasswordRoute,
    resetPasswordRoute,
    confirmEmailRoute,
  ]),
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
