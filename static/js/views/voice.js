import { useEffect, useRef, useState } from "preact/hooks";
import { clock, spoken } from "../files/durations.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/** Later than the end of any recording: a browser that goes there finds out where the end is. */
const BEYOND_S = 1e9;

/**
 * Plays a voice message. How long it takes comes from its file's row, because recordings do not say it.
 * @param {{src: string | undefined, duration: number, name: string}} props
 */
export function Voice({ src, duration, name }) {
  const sound = useRef(/** @type {HTMLAudioElement | null} */ (null));
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => () => sound.current?.pause(), []);
  const broken = () => setBroken(true);
  const toggle = () => (isPlaying ? sound.current?.pause() : play(sound.current).catch(broken));
  /** @param {number} position */
  const seek = (position) => (setAt(position), go(sound.current, position).catch(broken));
  const onTime = () =>
    sound.current && isFinite(sound.current.duration) && setAt(Math.min(duration, sound.current.currentTime));
  const onEnd = () => (setPlaying(false), setAt(0));
  return html`
    <div class="voice" role="group" aria-label=${name}>
      <audio ref=${sound} src=${src} preload="none" onPlay=${() => setPlaying(true)} onPause=${() => setPlaying(false)} onTimeUpdate=${onTime} onEnded=${onEnd} />
      <button class="square voice-play" type="button" disabled=${!src} aria-label=${isPlaying ? "Pause" : "Play"} title=${isPlaying ? "Pause" : "Play"} onClick=${toggle}><${Icon} name=${isPlaying ? "pause" : "play"} /></button>
      <input type="range" min="0" max=${duration} step="0.1" value=${at} disabled=${!src} aria-label="Position" aria-valuetext=${`${spoken(at)} of ${spoken(duration)}`} onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => seek(Number(currentTarget.value))} />
      <span class="tabular" aria-hidden="true">${clock(at || duration)}</span>
      ${isBroken && html`<small role="alert">This can't be played.</small>`}
    </div>
  `;
}

/** @type {HTMLAudioElement | null} */
let playing = null;

/** Plays it, and nothing else. @param {HTMLAudioElement | null} sound */
async function play(sound) {
  if (!sound) return;
  if (playing !== sound) playing?.pause();
  playing = sound;
  await bounded(sound);
  await sound.play();
}

/** @param {HTMLAudioElement | null} sound @param {number} position In seconds. */
async function go(sound, position) {
  if (!sound) return;
  await bounded(sound);
  sound.currentTime = position;
}

/** Loads a recording until the browser knows where its end is, which seeking needs. @param {HTMLAudioElement} sound @returns {Promise<void>} */
async function bounded(sound) {
  if (sound.readyState < HTMLMediaElement.HAVE_METADATA) {
    const loaded = after(sound, "loadedmetadata");
    sound.preload = "metadata";
    sound.load();
    await loaded;
  }
  if (sound.duration !== Infinity) return;
  const found = after(sound, "durationchange");
  sound.currentTime = BEYOND_S;
  await found;
  sound.currentTime = 0;
}

/** @param {HTMLAudioElement} sound @param {string} event */
const after = (sound, event) =>
  new Promise((resolve, reject) => {
    sound.addEventListener(event, resolve, { once: true });
    sound.addEventListener("error", reject, { once: true });
  });
