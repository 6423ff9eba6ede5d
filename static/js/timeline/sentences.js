/**
 * What events say, in a few sentences however many there are: "alice and 3 others joined. bob left."
 * @import {Message} from "../wire.js"
 * @typedef {string | {person: string} | {quoted: string} | {seq: number, words: string}} Piece Words, a person, what
 *   people wrote, or a link to a message.
 * @typedef {{kind: string, author: string, event: Message}} Fact An event can say several things.
 * @typedef {{sentences: Piece[][], isShort: boolean}} Told Whether the sentences leave something out.
 */

/** How many people a sentence names at most; of more, it names the first. */
const NAMED = 3;

/** @type {Map<string, "title" | "topic" | "access">} */
const DETAIL = new Map([
  ["renamed", "title"],
  ["topic", "topic"],
  ["access", "access"],
]);

/**
 * Writes the sentences of each kind, from all facts of it. Of what can only be so at one time, the last one counts, and
 * who made it so.
 * @type {Record<string, (facts: Fact[], mine: string) => Piece[]>}
 */
const WRITERS = {
  joined: (facts, mine) => [...actors(facts, mine), " joined."],
  left: (facts, mine) => [...actors(facts, mine), " left."],
  invited: (facts, mine) => [...actors(facts, mine), " invited ", ...objects(facts, mine), "."],
  removed: (facts, mine) => [...actors(facts, mine), " removed ", ...objects(facts, mine), "."],
  owner: (facts, mine) => {
    const owner = facts.at(-1)?.author ?? "";
    return owner === mine ? ["You are now the owner."] : [{ person: owner }, " is now the owner."];
  },
  renamed: (facts, mine) => [
    ...lastActor(facts, mine),
    " renamed the room to ",
    { quoted: detail(facts, "title") },
    ".",
  ],
  topic: (facts, mine) => {
    const quoted = detail(facts, "topic");
    return [
      ...lastActor(facts, mine),
      ...(quoted ? [" changed the topic to ", { quoted }, "."] : [" removed the topic."]),
    ];
  },
  access: (facts, mine) => [
    ...lastActor(facts, mine),
    detail(facts, "access") === "open" ? " opened the room to everyone." : " made the room private.",
  ],
  pinned: (facts, mine) => [...actors(facts, mine), " pinned ", ...messagesOf(facts), "."],
  unpinned: (facts, mine) => [...actors(facts, mine), " unpinned ", ...messagesOf(facts), "."],
  archived: (facts, mine) => [...actors(facts, mine), " archived the room."],
  unarchived: (facts, mine) => [...actors(facts, mine), " unarchived the room."],
  owner_role: (facts, mine) => made(facts, mine, "an owner", "owners"),
  moderator_role: (facts, mine) => made(facts, mine, "a moderator", "moderators"),
  member_role: (facts, mine) => made(facts, mine, "a plain member", "plain members"),
};

/**
 * @param {Message[]} events In their order. @param {string} mine Our username.
 * @returns {Told} Sentences in the order in which each kind of event first happened.
 */
export function tell(events, mine) {
  const facts = events.flatMap(factsOf);
  /** @type {Map<string, Fact[]>} */
  const kinds = new Map();
  for (const fact of facts) kinds.set(fact.kind, [...(kinds.get(fact.kind) ?? []), fact]);
  const sentences = [...kinds].map(([kind, all]) =>
    (Object.hasOwn(WRITERS, kind) ? WRITERS[kind] : asWritten)(all, mine),
  );
  return { sentences, isShort: sentences.length < facts.length };
}

/** @param {Message} event @returns {Fact[]} */
function factsOf(event) {
  const { kind, author, data } = event;
  if (DETAIL.has(kind)) {
    const changed = [...DETAIL].filter(([, name]) => data?.[name] !== undefined);
    return changed.map(([each]) => ({ kind: each, author, event }));
  }
  if (kind === "role" && data?.role) return [{ kind: `${data.role}_role`, author, event }];
  const successor = data?.owner ? [{ kind: "owner", author: data.owner, event }] : [];
  return [{ kind, author, event }, ...successor];
}

/** The server's sentence for a kind that is unknown here. @param {Fact[]} facts @returns {Piece[]} */
const asWritten = (facts) => [facts.at(-1)?.event.text ?? ""];

/** @param {Fact[]} facts @param {"title" | "topic" | "access"} name */
const detail = (facts, name) => facts.at(-1)?.event.data?.[name] ?? "";

/** @param {Fact[]} facts @returns {Piece[]} */
function messagesOf(facts) {
  const [seq, ...others] = new Set(facts.map(({ event }) => event.data?.seq ?? 0));
  return others.length ? [`${others.length + 1} messages`] : [{ seq, words: "a message" }];
}

/** @param {Fact[]} facts @param {string} mine @param {string} one @param {string} many @returns {Piece[]} */
function made(facts, mine, one, many) {
  const isOne = new Set(facts.map(({ event }) => event.data?.username)).size === 1;
  return [...actors(facts, mine), " made ", ...objects(facts, mine), ` ${isOne ? one : many}.`];
}

/** @param {Fact[]} facts @param {string} mine */
const actors = (facts, mine) =>
  people(
    facts.map(({ author }) => author),
    mine,
    "You",
  );

/** @param {Fact[]} facts @param {string} mine */
const lastActor = (facts, mine) => actors(facts.slice(-1), mine);

/** @param {Fact[]} facts @param {string} mine */
const objects = (facts, mine) =>
  people(
    facts.map(({ event }) => event.data?.username ?? ""),
    mine,
    "you",
  );

/**
 * People by name, ourselves first.
 * @param {string[]} usernames @param {string} mine @param {string} you @returns {Piece[]}
 */
function people(usernames, mine, you) {
  const all = [...new Set(usernames)].sort((a, b) => Number(b === mine) - Number(a === mine));
  const shown = all.length > NAMED ? all.slice(0, 1) : all;
  /** @type {Piece[]} */
  const names = shown.map((username) => (username === mine ? you : { person: username }));
  if (shown.length < all.length) names.push(`${all.length - shown.length} others`);
  return names.flatMap((name, index) => [...between(index, names.length), name]);
}

/** @param {number} index @param {number} count */
function between(index, count) {
  if (index === 0) return [];
  return [index === count - 1 ? " and " : ", "];
}
