import { sizeInWords } from "./sizes.js";

/**
 * How much people can still upload, in words.
 * @typedef {{largest: number, used: number, quota: number}} Space In bytes, as `file.space` answers.
 */

/** From this share of the quota on, what is left is said while people attach files. */
const SCARCE = 0.2;

/** @param {Space} space */
const leftOf = ({ used, quota }) => Math.max(0, quota - used);

/** What is said before the quota is used up; nothing while there is plenty. @param {Space} space */
export const warning = (space) =>
  space.largest && leftOf(space) < SCARCE * space.quota
    ? `You have ${sizeInWords(leftOf(space))} of ${sizeInWords(space.quota)} left for files. Delete messages with files to free some.`
    : "";

/** @param {Space} space */
export const summary = ({ used, quota, largest }) =>
  largest
    ? `${sizeInWords(used)} of ${sizeInWords(quota)} used; files can be up to ${sizeInWords(largest)}.`
    : "Files cannot be shared on this server.";
