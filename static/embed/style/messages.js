/** Messages, and what is between them. */
export const messages = String.raw`
  .day {
    font-weight: 650;
  }

  .day,
  .events {
    padding-block: 0.75em 0.25em;
    color: var(--quiet);
    font-size: 0.8125em;
    text-align: center;
  }

  .older {
    align-self: center;
  }

  .message {
    position: relative;
    padding-block: 0.0625em;
  }

  .message.leads {
    padding-block-start: 0.625em;
  }

  .byline {
    display: flex;
    align-items: baseline;
    gap: 0.5em;
  }

  .name {
    overflow: hidden;
    font-weight: 650;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .handle,
  time,
  .edited,
  .tombstone,
  .pending,
  .typists {
    color: var(--quiet);
    font-size: 0.8125em;
  }

  .handle,
  time {
    flex: none;
  }

  .message.waiting .text {
    opacity: 0.7;
  }

  .pending:not(.offline) {
    animation: appear 0s 400ms both;
  }

  @keyframes appear {
    from {
      visibility: hidden;
    }
  }

  .refused {
    color: var(--danger);
    font-size: 0.875em;
  }

  .mention {
    padding-inline: 0.1875em;
    border-radius: 0.25em;
    color: var(--accent);
    background: var(--accent-soft);
    font-weight: 500;
  }

  .reactions,
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25em;
    padding-block: 0.125em;
    font-size: 0.875em;
  }

  .chip {
    min-block-size: 1.75em;
    padding-inline: 0.5em;
    border: 1px solid var(--line);
    border-radius: 1em;
    font-variant-numeric: tabular-nums;
  }

  .chip[aria-pressed="true"] {
    border-color: var(--accent);
    background: var(--accent-soft);
  }

  .tools {
    position: absolute;
    inset-block-start: -0.5em;
    inset-inline-end: 0;
    display: flex;
    border-radius: 0.5em;
    color: var(--quiet);
    background: var(--paper);
    opacity: 0;
    pointer-events: none;
    transition: opacity 120ms ease-out;
  }

  .message:is(:hover, :focus, :focus-within) .tools {
    opacity: 1;
    pointer-events: auto;
  }

  .message:focus {
    outline: none;
  }

  .tool {
    display: grid;
    place-items: center;
    min-inline-size: 1.75em;
    min-block-size: 1.75em;
    border-radius: 0.5em;
  }

  .tool:is(:hover, [aria-expanded="true"]) {
    color: var(--ink);
    background: var(--accent-soft);
  }

  @media (pointer: coarse) {
    .tools {
      inset-block-start: -1.5em;
    }

    .tool,
    .chip {
      min-inline-size: 2.75em;
      min-block-size: 2.75em;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .tools {
      transition: none;
    }
  }

  .quote,
  .text blockquote {
    padding-inline-start: 0.75em;
    border-inline-start: 4px solid var(--line);
    color: var(--quiet);
  }

  .quote {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    font-size: 0.875em;
  }
`;
