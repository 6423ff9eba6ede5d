/** Names that are easily taken for each other, such as `olga` and `0lga_`. */

/** What stands for what at a glance: less than on the server (`chatrooms/lookalikes.py`), which accepts no closer ones. */
const GLANCES = new Map([
  ["0", "o"],
  ["1", "l"],
  ["i", "l"],
  ["rn", "m"],
  ["vv", "w"],
]);
const UNSTABLE = /[01i]|rn|vv/gu;
const SEPARATORS = /[\s._-]+/gu;

/** What a username looks like at a glance. @param {string} username */
const glance = (username) =>
  username.replace(SEPARATORS, "").replace(UNSTABLE, (letters) => GLANCES.get(letters) ?? letters);

/** The usernames that look like another one of them. @param {Iterable<string>} usernames */
export function lookAlikes(usernames) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const username of usernames) {
    const shape = glance(username);
    found.set(shape, [...(found.get(shape) ?? []), username]);
  }
  return new Set([...found.values()].filter(({ length }) => length > 1).flat());
}
