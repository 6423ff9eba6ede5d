import { effect, signal } from "@preact/signals";
import { online, run } from "../connection.js";
import { listenFor } from "../signals.js";
import { me } from "../store.js";
import { owns } from "./rights.js";

/** How many people have asked to join and wait for an admin; 0 for everybody who does not decide. */
export const waiting = signal(0);

/** Keeps the number up to date: it is asked after connecting and with a new role, and comes by itself meanwhile. */
export function keepWaiting() {
  listenFor("applicants", ({ data }) => void (waiting.value = data.waiting));
  effect(() => {
    if (!owns(me.value?.role)) waiting.value = 0;
    else if (online.value) ask();
  });
}

const ask = () =>
  run("applicant.list", {}).then(
    ({ applicants }) => void (waiting.value = applicants.length),
    () => {},
  );

/** In words. @param {number} number */
export const waitingText = (number) => (number === 1 ? "1 person waits to join" : `${number} people wait to join`);
