import { useEffect } from "preact/hooks";
import { clock } from "../files/durations.js";
import { discard, finish, seconds } from "../files/recording.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/** What stands for the text box while a voice message is recorded. Leaving the room ends it, and keeps it. */
export function Recorder() {
  useEffect(() => finish, []);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => event.key === "Escape" && (event.preventDefault(), discard());
  return html`
    <div class="recorder" role="group" aria-label="Voice message" onKeyDown=${onKey}>
      <button class="quiet square" type="button" aria-label="Cancel recording" title="Cancel recording" onClick=${discard}><${Icon} name="trash" /></button>
      <span class=${seconds.value === null ? "recorder-light waiting-for" : "recorder-light"} aria-hidden="true"></span>
      <span class="tabular" role="timer" aria-label="Recorded">${clock(Math.floor(seconds.value ?? 0))}</span>
      <span class="recorder-hint" role="status">${seconds.value === null ? "Waiting for the microphone…" : "Recording…"}</span>
      <button class="primary" type="button" ref=${focus} onClick=${finish}>Done</button>
    </div>
  `;
}

/** @param {HTMLElement | null} button */
const focus = (button) => void button?.focus();
