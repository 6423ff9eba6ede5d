import { pause } from "../clock.js";
import { scoped } from "../storage.js";
import { me } from "../store.js";

/** The notification sound: two short synthesized notes. */

const LASTS_MS = 1_000;

/** Plays the sound in only one of several tabs. */
export function chimeOnce() {
  const name = scoped(`chime ${me.peek()?.username}`);
  if (navigator.locks) navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && chime());
  else chime();
}

/** @returns {Promise<void>} when it has faded */
export async function chime() {
  const context = new AudioContext();
  [660, 880].forEach((pitch, index) => note(context, pitch, context.currentTime + index * 0.12));
  await pause(LASTS_MS);
  await context.close();
}

/** @param {AudioContext} context @param {number} pitch @param {number} at */
function note(context, pitch, at) {
  const tone = new OscillatorNode(context, { frequency: pitch, type: "sine" });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.3);
}
