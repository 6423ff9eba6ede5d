/**
 * The element and its parts, the colours, and what is left of the page around it. Lengths are of the reader's own size of
 * text, whatever the page makes of it.
 */
export const frame = String.raw`
  :host {
    display: block;
    block-size: 450px;
    min-inline-size: 0;
  }

  :host([hidden]) {
    display: none;
  }

  :host(chat-unread) {
    display: inline-block;
    block-size: auto;
  }

  :host([theme="light"]) {
    color-scheme: light;
  }

  :host([theme="dark"]) {
    color-scheme: dark;
  }

  :host([theme="auto"]) {
    color-scheme: light dark;
  }

  .frame {
    all: initial;
    --ground: var(--chatrooms-ground, light-dark(#f3f1ea, #131312));
    --paper: var(--chatrooms-paper, light-dark(#fefdfb, #1b1b1a));
    --line: var(--chatrooms-line, light-dark(#e4e0d6, #30302d));
    --edge: var(--chatrooms-edge, light-dark(#8d877b, #76726a));
    --ink: var(--chatrooms-ink, light-dark(#1d1b18, #ebe9e3));
    --quiet: var(--chatrooms-quiet, light-dark(#635e55, #a5a096));
    --accent: var(--chatrooms-accent, light-dark(#0c6b5d, #1cb9a2));
    --on-accent: var(--chatrooms-on-accent, light-dark(#ffffff, #000000));
    --accent-soft: var(--chatrooms-accent-soft, color-mix(in srgb, var(--accent) 14%, var(--paper)));
    --danger: var(--chatrooms-danger, light-dark(#b0261c, #ff9187));
    --focus: var(--chatrooms-focus, light-dark(#1f5fc4, #8ab6ff));
    --radius: var(--chatrooms-radius, 0.75em);
    --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
    color-scheme: inherit;
    box-sizing: border-box;
    display: flex;
    flex-direction: column;
    block-size: 100%;
    overflow: clip;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    color: var(--ink);
    background: var(--paper);
    font: var(--chatrooms-font, medium/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif);
    overflow-wrap: anywhere;
  }

  :where(.frame *) {
    box-sizing: border-box;
    margin: 0;
  }

  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }

  header {
    flex: none;
    padding: 0.625em 1em;
    border-block-end: 1px solid var(--line);
  }

  h2 {
    font-size: 1em;
    font-weight: 650;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .outside,
  .empty {
    display: flex;
    flex: 1;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 0.75em;
    padding: 1em;
    color: var(--quiet);
    text-align: center;
  }

  .inside,
  .thread {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-block-size: 0;
  }

  .way-back {
    display: flex;
    flex: none;
    align-items: center;
    gap: 0.25em;
    padding: 0.25em 0.5em;
    border-block-end: 1px solid var(--line);
  }

  .log {
    display: flex;
    flex: 1;
    flex-direction: column-reverse;
    min-block-size: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
  }

  .list {
    display: flex;
    flex: none;
    flex-direction: column;
    min-block-size: 100%;
    padding: 0.75em 1em;
  }

  .list > :first-child {
    margin-block-start: auto;
  }
`;
