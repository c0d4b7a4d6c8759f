/** The page's own style, in the colours and sizes of the web client. Strings, so that `tsc` alone builds the server. */
export const DOCS_STYLE = `:root {
  color-scheme: light dark;
  --paper: light-dark(oklch(0.985 0.004 95), oklch(0.185 0.008 265));
  --surface: light-dark(oklch(1 0 0), oklch(0.225 0.009 265));
  --ink: light-dark(oklch(0.23 0.012 265), oklch(0.93 0.006 95));
  --ink-second: light-dark(oklch(0.5 0.014 265), oklch(0.7 0.012 265));
  --hairline: light-dark(oklch(0.915 0.006 95), oklch(0.3 0.01 265));
  --edge: light-dark(oklch(0.63 0.012 265), oklch(0.56 0.012 265));
  --accent: light-dark(oklch(0.47 0.15 264), oklch(0.74 0.12 264));
  --font-text: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif;
  --font-title: 'Newsreader', Georgia, 'Times New Roman', serif;
  --font-code: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace;
}
*, *::before, *::after { box-sizing: border-box; }
html {
  background: var(--paper);
  color: var(--ink);
  font: 400 15px/22px var(--font-text);
  text-size-adjust: 100%;
  -webkit-text-size-adjust: 100%;
  scroll-padding-top: 24px;
}
body { margin: 0 auto; padding: 32px 16px 56px; max-width: 1048px; overflow-wrap: break-word; }
h1, h2 { margin: 0; font-family: var(--font-title); font-weight: 500; letter-spacing: -0.01em; }
h1, h2 { font-size: 28px; line-height: 34px; }
h3 { margin: 0; font-size: 18px; line-height: 26px; font-weight: 600; }
h4 { margin: 24px 0 8px; font-size: 13px; line-height: 18px; font-weight: 600; color: var(--ink-second); }
p { margin: 8px 0; }
ul { margin: 0; padding: 0; list-style: none; }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
code, pre { font-family: var(--font-code); font-size: 13px; line-height: 18px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: 16px; top: -56px; padding: 8px 16px; border-radius: 6px; background: var(--surface); }
.skip:focus { top: 8px; }
header, main { max-width: 720px; }
nav { margin: 24px 0; padding: 16px 0; border-block: 1px solid var(--hairline); }
nav a { display: inline-block; padding: 4px 0; color: var(--ink); text-decoration: none; }
nav a:hover { color: var(--accent); text-decoration: underline; }
nav ul ul { padding-left: 16px; }
nav ul ul a { color: var(--ink-second); }
main > section { padding-top: 32px; }
main > section + section { margin-top: 32px; border-top: 1px solid var(--hairline); }
section > h3 { margin-top: 24px; }
.operation { margin-top: 24px; padding: 16px; border: 1px solid var(--hairline); border-radius: 8px; background: var(--surface); }
.operation > h3 { margin-top: 0; }
.operation > h3 .summary { display: block; }
.route { color: var(--accent); font-weight: 400; overflow-wrap: anywhere; }
.route b { font-weight: 600; }
.fields { border-top: 1px solid var(--hairline); }
.fields > li { padding: 8px 0; border-bottom: 1px solid var(--hairline); }
.fields .fields { margin: 8px 0 0 16px; }
.fields .fields > li:last-child { border-bottom: 0; padding-bottom: 0; }
.field, .note { margin: 0; }
.name { margin-right: 8px; font-weight: 600; overflow-wrap: anywhere; }
.facts { color: var(--ink-second); font-size: 13px; line-height: 18px; }
.code { position: relative; margin: 8px 0; padding: 12px; border: 1px solid var(--hairline); border-radius: 6px; background: var(--paper); white-space: pre-wrap; overflow-wrap: anywhere; }
.code.can-copy { padding-right: 80px; }
.copy { position: absolute; top: 8px; right: 8px; min-height: 28px; padding: 4px 12px; border: 1px solid var(--edge); border-radius: 6px; background: var(--surface); color: var(--ink); font: 500 13px/18px var(--font-text); cursor: pointer; }
.copy:hover { border-color: var(--accent); color: var(--accent); }
.status { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
details { margin-top: 16px; }
summary { padding: 4px 0; font-weight: 500; cursor: pointer; }
details[open] > summary { margin-bottom: 8px; }
@media (pointer: coarse) {
  html { font-size: 16px; }
  nav a, summary { padding: 12px 0; }
  .copy { min-height: 44px; }
}
@media (max-width: 560px) {
  .code.can-copy { padding-right: 12px; padding-top: 48px; }
}
@media (pointer: coarse) and (max-width: 560px) {
  .code.can-copy { padding-top: 60px; }
}
@media (min-width: 1000px) {
  body { display: grid; grid-template-columns: 248px minmax(0, 720px); column-gap: 48px; padding-inline: 16px; }
  header, main { grid-column: 2; }
  nav { grid-column: 1; grid-row: 1 / span 2; position: sticky; top: 32px; align-self: start; margin: 0; padding: 0; border: 0; max-height: calc(100vh - 64px); overflow-y: auto; }
}
@media print {
  nav, .copy, .skip { display: none; }
}
`;

/** Gives every block of code a button that copies it. Without the script the page lacks only the buttons. */
export const DOCS_SCRIPT = `'use strict';
if (navigator.clipboard) {
  const status = document.createElement('p');
  status.className = 'status';
  status.setAttribute('role', 'status');
  document.querySelector('main').append(status);
  for (const block of document.querySelectorAll('pre.code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      let word = 'Copied';
      try {
        await navigator.clipboard.writeText(block.querySelector('code').textContent);
      } catch {
        word = 'Not copied';
      }
      button.textContent = word;
      status.textContent = word;
      setTimeout(() => {
        button.textContent = 'Copy';
        status.textContent = '';
      }, 2000);
    });
    block.classList.add('can-copy');
    block.append(button);
  }
}
`;
