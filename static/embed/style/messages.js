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

  .reactions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25em 0.75em;
    font-size: 0.875em;
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
