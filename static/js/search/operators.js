import { folded, isFoundBy } from "../names.js";

/**
 * What one can search for besides words, and its completion while it is written.
 * @typedef {{insert: string, title: string, note: string, username?: string}} Choice
 * @typedef {{username: string, name: string}} Person
 * @typedef {{value: string, title: string}} Place A room or conversation, as `in:` has it.
 * @typedef {{people: Person[], places: Place[], today: Date}} Known
 */

const AT_MOST = 8;

/** @type {[string, string][]} */
export const OPERATORS = [
  ["from:", "Messages by a person"],
  ["in:", "Messages in a room or conversation"],
  ["to:", "What others wrote to a person, in conversations"],
  ["before:", "Before a day, month or year"],
  ["after:", "After a day, month or year"],
  ["on:", "On a day"],
  ["during:", "During a month or year"],
  ["has:", "With a link, a file, an image or reactions"],
  ["is:", "Yours, mentioning you, pinned, in a thread"],
];

/** @type {Record<string, [string, string][]>} */
const VALUES = {
  has: [
    ["link", "With a link"],
    ["file", "With a file"],
    ["image", "With an image"],
    ["reaction", "With a reaction"],
  ],
  is: [
    ["mine", "Written by you"],
    ["mention", "Mentioning you"],
    ["pinned", "Pinned"],
    ["thread", "In a thread"],
  ],
};

/** What is being written before the cursor. @param {string} before @returns {{start: number, word: string}} */
export function writtenIn(before) {
  const word = /(?:[a-z]+:"[^"]*|\S*)$/iu.exec(before)?.[0] ?? "";
  return { start: before.length - word.length, word };
}

/** An operator with the first words of a name. */
const NAMED = /-?(?:from|to|in):(?<first>[^\s":]+) [^":]*$/iu;

/**
 * What is being written before the cursor, which can be several words of a name, if there is one that begins so.
 * @param {string} before @param {Known} known
 */
export function begunIn(before, known) {
  const found = NAMED.exec(before);
  const isWhole = known.people.some(({ username }) => username === folded(found?.groups?.first ?? ""));
  const isName = found && !isWhole && choicesOf(found[0], known).length > 0;
  return isName ? { start: found.index, word: found[0] } : writtenIn(before);
}

/** @param {string} word What is being written. @param {Known} known @returns {Choice[]} */
export function choicesOf(word, known) {
  const [, minus, name, value] = /^(-?)(?:([a-z]+):)?(.*)$/isu.exec(word) ?? ["", "", "", ""];
  if (name === undefined) return operators(minus, value);
  const kind = name.toLowerCase();
  return valuesOf(kind, folded(value.replace(/^[@"]/u, "")), known)
    .slice(0, AT_MOST)
    .map((choice) => ({ ...choice, insert: `${minus}${kind}:${choice.insert}` }));
}

/** @param {string} minus @param {string} begun @returns {Choice[]} */
const operators = (minus, begun) =>
  begun
    ? OPERATORS.filter(([operator]) => operator.startsWith(begun.toLowerCase())).map(([operator, about]) => ({
        insert: `${minus}${operator}`,
        title: operator,
        note: about,
      }))
    : [];

/** @param {string} kind @param {string} wanted @param {Known} known @returns {Choice[]} */
function valuesOf(kind, wanted, known) {
  if (kind === "from" || kind === "to") return peopleLike(wanted, known.people);
  if (kind === "in") return placesLike(wanted, known.places);
  if (Object.hasOwn(VALUES, kind)) return simple(VALUES[kind], wanted);
  return ["before", "after", "on", "during"].includes(kind) ? simple(daysOf(kind, known.today), wanted) : [];
}

/** @param {[string, string][]} values @param {string} wanted @returns {Choice[]} */
const simple = (values, wanted) =>
  values
    .filter(([value]) => value.startsWith(wanted))
    .map(([value, about]) => ({ insert: value, title: value, note: about }));

/** @param {string} wanted @param {Person[]} people @returns {Choice[]} */
function peopleLike(wanted, people) {
  const me = "me".startsWith(wanted) ? [{ insert: "me", title: "me", note: "You" }] : [];
  const found = people.filter(({ username, name }) => isFoundBy(wanted, username, name));
  return [
    ...me,
    ...found.map(({ username, name }) => ({
      insert: username === "me" ? "@me" : username,
      title: name,
      note: `@${username}`,
      username,
    })),
  ];
}

/** @param {string} wanted @param {Place[]} places @returns {Choice[]} */
const placesLike = (wanted, places) =>
  places
    .filter(({ value, title }) => isFoundBy(wanted.replace(/^#/u, ""), value.replace(/^[#@]/u, ""), title))
    .map(({ value, title }) => ({ insert: value, title, note: value }));

/** A month as one searches for it. @param {Date} date */
const monthOf = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;

/** @param {string} kind @param {Date} today @returns {[string, string][]} */
function daysOf(kind, today) {
  const year = today.getFullYear();
  /** @type {[string, string][]} */
  const days = [
    ["today", `${monthOf(today)}-${String(today.getDate()).padStart(2, "0")}`],
    ["yesterday", "The day before today"],
  ];
  /** @type {[string, string][]} */
  const spans = [
    [monthOf(today), "This month"],
    [monthOf(new Date(year, today.getMonth() - 1)), "Last month"],
    [String(year), "This year"],
  ];
  return kind === "during" ? spans : [...days, ...spans];
}
