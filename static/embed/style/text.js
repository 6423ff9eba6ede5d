/** What people write. */
export const text = String.raw`
  .text {
    unicode-bidi: isolate;
    white-space: pre-wrap;
    tab-size: 4;
  }

  .text > :not(:first-child),
  .text blockquote > :not(:first-child) {
    margin-block-start: 0.5em;
  }

  .text .heading {
    font-size: 1.0625em;
  }

  .text :is(ul, ol) {
    padding-inline-start: 1.5em;
  }

  .text hr {
    border: 0;
    border-block-start: 1px solid var(--line);
  }

  .text code {
    padding: 0.125em 0.25em;
    border-radius: 0.25em;
    background: var(--ground);
    font-family: var(--mono);
    font-size: 0.875em;
  }

  .text :is(.code, .wide) {
    position: relative;
    max-inline-size: 100%;
    border: 1px solid var(--line);
    border-radius: 0.5em;
    background: var(--ground);
    overflow-x: auto;
  }

  .text .wide {
    inline-size: fit-content;
  }

  .text pre {
    max-block-size: 20em;
    padding: 0.5em 2.5em 0.5em 0.75em;
    overflow: auto;
    white-space: pre;
  }

  .text pre code {
    padding: 0;
    background: none;
    overflow-wrap: normal;
  }

  .copy {
    position: absolute;
    inset-block-start: 0.25em;
    inset-inline-end: 0.25em;
    font-size: 0.8125em;
  }

  .text table {
    border-collapse: collapse;
  }

  .text :is(th, td) {
    padding: 0.25em 0.75em;
    border-block-end: 1px solid var(--line);
    text-align: start;
  }
`;
