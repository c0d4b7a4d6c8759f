import { describe, expect, test } from 'vitest';
import { toSafePath } from './safe-path.ts';

const origin = 'https://docket.example';

describe('toSafePath', () => {
  test.each([
    '/',
    '/tasks',
    '/tasks?completed=true&q=a%20b#018f2c6e',
    '/?next=https://evil.example',
    '/#//evil.example',
    '/a//b',
    '/@evil.example',
    '/https://evil.example',
    '/javascript:alert(1)',
    '/sign-offs',
  ])('follows %s, a path of this site', (path) => {
    expect(toSafePath(path, origin)).toBe(path);
  });

  test.each([
    ['another host', '//evil.example/tasks'],
    ['another host behind more slashes', '///evil.example/tasks'],
    ['another host behind a backslash', '/\\evil.example/tasks'],
    ['another host behind two backslashes', '\\\\evil.example/tasks'],
    ['another host behind a backslash and a slash', '\\/evil.example/tasks'],
    ['another host behind a tab', '/\t/evil.example/tasks'],
    ['another host behind a newline', '/\n/evil.example/tasks'],
    ['another host behind a carriage return', '/\r\\evil.example/tasks'],
    ['another host behind several of them', '/\t\r\n/\t/evil.example/tasks'],
    ['another host behind dots', '/.//evil.example/tasks'],
    ['another host behind encoded dots', '/%2e//evil.example/tasks'],
    ['another host behind a way up', '/x/..//evil.example/tasks'],
    ['another host behind a way up of backslashes', '/x\\..\\\\evil.example/tasks'],
    ['a host with a port', '//evil.example:443/tasks'],
    ['this host as a user name', '//docket.example@evil.example'],
    ['https', 'https://evil.example/tasks'],
    ['https without slashes', 'https:evil.example'],
    ['javascript', 'javascript:alert(1)'],
    ['javascript behind a space', ' javascript:alert(1)'],
    ['javascript behind a control character', '\u0001javascript:alert(1)'],
    ['javascript with a tab within', 'java\tscript:alert(1)'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['a blob', 'blob:https://docket.example/x'],
    ['this very site by its full address', 'https://docket.example/tasks'],
    ['a space before the slash', ' //evil.example'],
    ['a space before a path', ' /tasks'],
    ['an encoded slash before the path', '%2F/evil.example'],
    ['a relative path', 'tasks'],
    ['only a query', '?redirect=/'],
    ['nothing', ''],
    ['a host that is none', '//[::1'],
    ['an array', ['/tasks']],
    ['an object that says it is a path', { toString: () => '/tasks' }],
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
  ])('goes home instead of following %s', (_, candidate) => {
    expect(toSafePath(candidate, origin)).toBe('/');
  });

  test.each(['/sign-in', '/sign-up', '/sign-in?redirect=/tasks', '/sign-in/', '/x/../sign-up#a', '/sign\t-in'])(
    'does not lead back to signing in: %j',
    (path) => {
      expect(toSafePath(path, origin)).toBe('/');
    },
  );

  test.each([
    ['/%2Fevil.example', '/%2Fevil.example'],
    ['/%5Cevil.example', '/%5Cevil.example'],
    ['/%09/evil.example', '/%09/evil.example'],
    ['/ /evil.example', '/%20/evil.example'],
    ['/a\tb', '/ab'],
    ['/a\\b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../../etc', '/etc'],
    ['/<script>', '/%3Cscript%3E'],
  ])('turns %j into a path that stays on this site', (candidate, path) => {
    expect(toSafePath(candidate, origin)).toBe(path);
    expect(new URL(path, origin).origin).toBe(origin);
    expect(toSafePath(path, origin)).toBe(path);
  });

  test('knows its own site by scheme, host and port', () => {
    expect(toSafePath('/tasks', 'http://localhost:5173')).toBe('/tasks');
    expect(toSafePath('//localhost/tasks', 'http://localhost:5173')).toBe('/');
    expect(toSafePath('//localhost:5173/tasks', 'http://localhost:5173')).toBe('/');
  });
});
