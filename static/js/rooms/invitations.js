import { computed, effect, signal } from "@preact/signals";
import { isAddedTo } from "../reads/inbox.js";
import { shownRoom } from "../route.js";
import { keep, kept } from "../storage.js";
import { me, memberships } from "../store.js";
import { needProfile } from "../profiles.js";

/**
 * Rooms that somebody has invited us to, until we have seen them: on any device, which our inbox knows, or the notice of
 * them in this browser.
 * @import {Membership} from "../wire.js"
 */

/** A counter that changes when an invitation was seen. */
const seen = signal(0);

/** @param {string} room */
const key = (room) => `${me.peek()?.username} invitation ${room}`;

/** Whether an invitation is news, if the one of `seenSince` was seen. @param {Membership} row @param {string} seenSince */
export const isNews = ({ invited_by, since, gone }, seenSince) => Boolean(invited_by) && !gone && since > seenSince;

export const invitations = computed(() => {
  void seen.value;
  return [...memberships.value.values()].filter((row) => isNews(row, kept(key(row.room))) && isAddedTo(row.room));
});

/** @param {string} room */
export const isInvited = (room) => invitations.value.some((row) => row.room === room);

/** Marks an invitation as seen, in this browser. @param {string} room */
export function see(room) {
  const row = memberships.peek().get(room);
  if (!row?.invited_by || kept(key(room)) === row.since) return;
  keep(key(room), row.since);
  seen.value += 1;
}

/** Looking at a room is seeing its invitation. */
export function keepInvitations() {
  addEventListener("storage", () => (seen.value += 1));
  effect(() => {
    for (const row of invitations.value) needProfile(row.invited_by ?? "");
    if (document.visibilityState === "visible" && isInvited(shownRoom.value)) see(shownRoom.value);
  });
}
