import { run } from "./connection.js";
import { listed } from "./listed.js";

/**
 * The groups of the server, by name: what one completes, and who they are.
 * @import {Group} from "./wire.js"
 */

export const {
  rows: groups,
  bring: bringGroups,
  renew: renewGroups,
} = listed(async () => (await run("group.list", {})).groups);

/** How many people belong to a group, in words. @param {number} members */
export const sizeInWords = (members) => (members === 1 ? "1 person" : `${members} people`);
