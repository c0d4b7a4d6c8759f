import './app-shell.css';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Brand } from './brand.tsx';
import { IconButton, Tooltip } from './button.tsx';
import { CompletedIcon, DeleteIcon, PlusIcon, SidebarIcon, TasksIcon } from './icons.tsx';
import { usePressGuard } from './use-press-guard.ts';
import { useShortcut } from './use-shortcut.ts';

type AppShellProps = {
  readonly openCount: ReactNode;
  readonly account: ReactNode;
  readonly status: ReactNode;
  readonly onNewTask: () => void;
  readonly onSettings: () => void;
  readonly children: ReactNode;
};

const STORAGE_KEY = 'docket.sidebar';

const isStoredCollapsed = (): boolean => {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'collapsed';
  } catch {
    return false;
  }
};

const storeCollapsed = (isCollapsed: boolean): void => {
  try {
    localStorage.setItem(STORAGE_KEY, isCollapsed ? 'collapsed' : 'open');
  } catch {
    // Storage is denied: the choice then lives as long as this page.
  }
};

/** The sidebar of a wide screen, the bars of a phone, and the page between them. */
export const AppShell = ({ openCount, account, status, onNewTask, onSettings, children }: AppShellProps) => {
  const [isCollapsed, setIsCollapsed] = useState(isStoredCollapsed);
  const toggle = () => {
    storeCollapsed(!isCollapsed);
    setIsCollapsed(!isCollapsed);
  };
  usePressGuard();
  useShortcut('[', toggle);
  useShortcut('n', onNewTask);
  useShortcut(',', onSettings);

  const sidebarButton = (
    <IconButton
      className="shell-toggle"
      label={isCollapsed ? 'Show the sidebar' : 'Hide the sidebar'}
      shortcut="["
      side={isCollapsed ? 'below-start' : 'below-end'}
      aria-expanded={!isCollapsed}
      onClick={toggle}
    >
      <SidebarIcon />
    </IconButton>
  );

  return (
    <div className="shell" data-collapsed={isCollapsed}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="shell-header">
        <div className="shell-brand">
          <Brand />
          {sidebarButton}
        </div>
        <nav className="shell-nav" aria-label="Views">
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
            <TasksIcon />
            <span>Tasks</span>
            {openCount}
          </Link>
          <button type="button" className="shell-add" aria-label="Add a task" onClick={onNewTask}>
            <PlusIcon />
            <Tooltip hint="Add a task" shortcut="N" side="above" />
          </button>
          <Link to="/completed" activeOptions={{ includeSearch: false }}>
            <CompletedIcon />
            <span>Completed</span>
          </Link>
          <Link to="/trash" className="shell-wide">
            <DeleteIcon />
            <span>Trash</span>
          </Link>
        </nav>
        <div className="shell-foot">
          {status}
          {account}
        </div>
      </header>
      {children}
    </div>
  );
};
