import fc from "fast-check";

/** People, rooms and messages for tests. */

const START = Date.parse("2026-03-01T12:00:00Z");

/** Usernames as the server allows them, also of letters that UTF-16 and UTF-8 order differently. */
export const username = fc.stringMatching(/^[a-z0-9äß漢\u{fa0e}\u{1d7d8}]{1,8}$/u);

/** @param {Partial<import("../js/messages/events.js").Numbered>} fields */
export const message = (fields) =>
  /** @type {import("../js/messages/events.js").Numbered} */ ({
    id: `id ${fields.seq}`,
    room: "#lobby",
    author: "alice",
    kind: "text",
    text: "Howdy",
    data: null,
    at: new Date(START + (fields.seq ?? 0) * 1000).toISOString(),
    number: fields.seq,
    rev: fields.seq,
    edited_at: null,
    deleted: false,
    reply_to: null,
    mentions: [],
    reactions: [],
    ...fields,
  });

/** An event in a timeline. @param {Partial<import("../js/wire.js").Message>} fields */
export const event = (fields) =>
  /** @type {import("../js/wire.js").Message} */ ({
    ...message(/** @type {object} */ (fields)),
    kind: "joined",
    text: "alice joined.",
    ...fields,
    number: null,
  });

/** A mention of alice in the inbox. @param {Partial<import("../js/wire.js").InboxItem>} fields */
export const item = (fields) =>
  /** @type {import("../js/wire.js").InboxItem} */ ({
    kind: "mention",
    room: "#lobby",
    message: `id ${fields.id}`,
    seq: fields.id,
    by: "bob",
    at: new Date(START).toISOString(),
    read: false,
    gone: false,
    rev: fields.id,
    ...fields,
  });
