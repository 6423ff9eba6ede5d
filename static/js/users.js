import { useEffect } from "preact/hooks";
import { watchWhileShown } from "./presence.js";
import { needProfile } from "./profiles.js";
import { takeRows } from "./rows.js";
import { listenFor } from "./signals.js";
import { me } from "./store.js";

/** Loads a person's profile if there is none, and keeps it current while it is shown. @param {string} username */
export function useProfile(username) {
  needProfile(username);
  useEffect(() => watchWhileShown(username), [username]);
}

listenFor("profile", ({ data }) => takeRows(me.peek()?.username ?? "", { users: [data] }));
