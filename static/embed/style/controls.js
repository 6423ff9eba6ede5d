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
    min-block-size: 1.5rem;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }

  .primary {
    min-block-size: 2.25rem;
    padding: 0.25rem 1rem;
    border-radius: 0.5rem;
    color: var(--on-accent);
    background: var(--accent);
    font-weight: 600;
  }

  .icon,
  svg {
    display: block;
    inline-size: 1.25rem;
    block-size: 1.25rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .offline {
    padding: 0.375rem 1rem;
    color: var(--quiet);
    font-size: 0.875rem;
  }

  .typists {
    flex: none;
    min-block-size: 1.375rem;
    padding-inline: 1rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  form {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.25rem 0.5rem;
    margin: 0 0.75rem 0.75rem;
    padding: 0.25rem;
    border: 1px solid var(--edge);
    border-radius: max(0.25rem, var(--radius));
    transition: border-color 120ms ease-out;
  }

  form:focus-within {
    border-color: var(--focus);
  }

  textarea {
    flex: 1;
    order: 1;
    min-inline-size: 6rem;
    max-block-size: 8rem;
    padding: 0.375rem 0.5rem;
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
    inline-size: 2.25rem;
    padding: 0;
    border-radius: max(0.25rem, calc(var(--radius) - 0.25rem));
    display: grid;
    place-items: center;
  }

  .over {
    flex-basis: 100%;
    padding-inline: 0.5rem;
    color: var(--danger);
    font-size: 0.8125rem;
  }

  .badge {
    display: inline;
    border: 0;
    background: none;
  }

  .number {
    display: inline-block;
    min-inline-size: 1.25rem;
    padding-inline: 0.375rem;
    border-radius: 1rem;
    color: var(--on-accent);
    background: var(--accent);
    font-size: 0.75rem;
    font-weight: 650;
    line-height: 1.25rem;
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
      min-block-size: 2.75rem;
    }

    .send {
      inline-size: 2.75rem;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    form {
      transition: none;
    }
  }
`;
