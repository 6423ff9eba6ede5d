import { signal } from "@preact/signals";
import { forgetWithPerson } from "../forgetting.js";
import { toast } from "../notices.js";
import { attach } from "./attached.js";
import { recordedRoom } from "./recorder.js";

/** Records a voice message, which then is a file of the next message: to listen to, to send or to remove. */

/** What browsers record, the best first: a type, and how its file is named. */
const KINDS = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/ogg;codecs=opus", "ogg"],
  ["audio/mp4", "m4a"],
];
const BITS_PER_SECOND = 32_000;
const LONGEST_S = 15 * 60;
const PIECE_MS = 1_000;
/** What people read, by the name of the error (Media Capture and Streams, section 9.2.2). */
const PROBLEMS = {
  NotAllowedError: "The microphone isn't allowed here. You can allow it in your browser's settings for this site.",
  NotFoundError: "No microphone was found.",
  NotReadableError: "The microphone can't be used. Another program may be using it.",
};

/** The seconds so far; null while the browser asks whether it may. */
export const seconds = signal(/** @type {number | null} */ (null));

/** @type {{recorder: MediaRecorder, room: string, pieces: Blob[], began: number, isKept: boolean, timer: number} | null} */
let current = null;

/** Why this browser cannot record at all; empty if it may. @returns {string} */
function obstacle() {
  if (!globalThis.isSecureContext) return "Recording needs a secure connection (https).";
  return navigator.mediaDevices && globalThis.MediaRecorder ? "" : "This browser can't record sound.";
}

/** @param {string} room */
export async function begin(room) {
  if (recordedRoom.peek()) return;
  const problem = obstacle();
  if (problem) return void toast(problem);
  recordedRoom.value = room;
  seconds.value = null;
  try {
    start(room, await navigator.mediaDevices.getUserMedia({ audio: true }));
  } catch (error) {
    recordedRoom.value = "";
    const { name } = /** @type {DOMException} */ (error);
    toast(PROBLEMS[/** @type {keyof typeof PROBLEMS} */ (name)] ?? "The recording couldn't be started.");
  }
}

/** @param {string} room @param {MediaStream} stream */
function start(room, stream) {
  if (recordedRoom.peek() !== room) return letGo(stream);
  const [mimeType] = KINDS.find(([type]) => MediaRecorder.isTypeSupported(type)) ?? [];
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
  const made = {
    recorder,
    room,
    pieces: /** @type {Blob[]} */ ([]),
    began: performance.now(),
    isKept: false,
    timer: 0,
  };
  recorder.addEventListener("dataavailable", ({ data }) => void made.pieces.push(data));
  recorder.addEventListener("stop", () => (letGo(stream), ended(made)));
  made.timer = window.setInterval(() => tick(made), PIECE_MS / 4);
  current = made;
  seconds.value = 0;
  recorder.start(PIECE_MS);
}

/** @param {MediaStream} stream */
const letGo = (stream) => stream.getTracks().forEach((track) => track.stop());

/** @param {NonNullable<typeof current>} made */
function tick({ began }) {
  seconds.value = (performance.now() - began) / 1000;
  if (seconds.value >= LONGEST_S) finish();
}

/** Ends the recording and attaches it. */
export const finish = () => stop(true);

/** Ends the recording and forgets it. */
export const discard = () => stop(false);

forgetWithPerson(discard);

/** @param {boolean} isKept */
function stop(isKept) {
  recordedRoom.value = "";
  if (!current) return; // the browser still asks whether it may
  clearInterval(current.timer);
  current.isKept = isKept;
  current.recorder.stop();
  current = null;
}

/** @param {NonNullable<typeof current>} made */
function ended({ recorder, room, pieces, began, isKept }) {
  const duration = Math.round((performance.now() - began) / 100) / 10;
  const [type] = recorder.mimeType.split(";");
  const [, extension] = KINDS.find(([kind]) => kind.startsWith(type)) ?? ["", "audio"];
  if (isKept && pieces.some(({ size }) => size)) {
    attach(room, [new File(pieces, `Voice message.${extension}`, { type })], duration);
  }
}
