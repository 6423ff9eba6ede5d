/** Buttons, links, the box for writing, and the number of unread messages. */
export const controls = String.raw`
  a {
    color: var(--accent);
    text-underline-offset: 0.15em;
  }

  button {
    padding: 0;
    border: 0;
    color: inherit;
    background: none;
    font: inherit;
    cursor: pointer;
  }

  button:disabled {
    opacity: 0.5;
    cursor: default;
  }

  .link {
    min-block-size: 1.5em;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }

  .primary {
    min-block-size: 2.25em;
    padding: 0.25em 1em;
    border-radius: 0.5em;
    color: var(--on-accent);
    background: var(--accent);
    font-weight: 600;
  }

  .icon,
  svg {
    display: block;
    inline-size: 1.25em;
    block-size: 1.25em;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .asked {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5em 1em;
    padding: 0.75em 1em;
    border-block-start: 1px solid var(--line);
  }

  .offline {
    padding: 0.375em 1em;
    color: var(--quiet);
    font-size: 0.875em;
  }

  .left-draft {
    max-block-size: 8em;
    padding: 0 1em 0.75em;
    overflow: auto;
    white-space: pre-wrap;
  }

  .left-draft .hint {
    color: var(--quiet);
    font-size: 0.875em;
  }

  .left-draft .link + .link {
    margin-inline-start: 1em;
  }

  .typists {
    flex: none;
    min-block-size: 1.375em;
    padding-inline: 1em;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  form {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.25em 0.5em;
    margin: 0 0.75em 0.75em;
    padding: 0.25em;
    border: 1px solid var(--edge);
    border-radius: max(0.25em, var(--radius));
    transition: border-color 120ms ease-out;
  }

  form:focus-within {
    border-color: var(--focus);
  }

  textarea {
    flex: 1;
    order: 1;
    min-inline-size: 6em;
    max-block-size: 8em;
    padding: 0.375em 0.5em;
    border: 0;
    outline: 0;
    color: inherit;
    background: none;
    font: inherit;
    resize: none;
    field-sizing: content;
  }

  .send {
    order: 2;
    inline-size: 2.25em;
    padding: 0;
    border-radius: max(0.25em, calc(var(--radius) - 0.25em));
    display: grid;
    place-items: center;
  }

  .over {
    flex-basis: 100%;
    padding-inline: 0.5em;
    color: var(--danger);
    font-size: 0.8125em;
  }

  .badge {
    display: inline;
    border: 0;
    background: none;
  }

  .number {
    display: inline-block;
    min-inline-size: 1.25em;
    padding-inline: 0.375em;
    border-radius: 1em;
    color: var(--on-accent);
    background: var(--accent);
    font-size: 0.75em;
    font-weight: 650;
    line-height: 1.25em;
    text-align: center;
  }

  .unseen,
  .said-so {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (pointer: coarse) {
    .primary,
    .link {
      min-block-size: 2.75em;
    }

    .send {
      inline-size: 2.75em;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    form {
      transition: none;
    }
  }
`;
