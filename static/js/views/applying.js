import { useEffect, useState } from "preact/hooks";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { lengths } from "../lengths.js";
import { serverName } from "../server.js";
import { ask } from "../requests.js";
import { continueAs } from "../session.js";
import { keep, kept } from "../storage.js";
import { Field } from "./field.js";
import { useForm } from "./form.js";
import { APPLIED } from "./join.js";

const LOOK_MS = 10_000;

/** Asking to join, and waiting for the answer. @param {{name: string, onBack: () => void}} props */
export function Applying({ name, onBack }) {
  const [isWaiting, setWaiting] = useState(kept(APPLIED) === name);
  const back = () => (keep(APPLIED, ""), onBack());
  if (isWaiting) return html`<${Waiting} name=${name} onBack=${back} />`;
  const apply = (/** @type {string} */ about) =>
    ask("session.apply", { username: name, about }).then(() => (keep(APPLIED, name), setWaiting(true)));
  return html`<${Form} name=${name} onApply=${apply} onBack=${back} />`;
}

/** @param {{name: string, onApply: (about: string) => Promise<unknown>, onBack: () => void}} props */
function Form({ name, onApply, onBack }) {
  const [about, setAbout] = useState("");
  const { busy, onSubmit, error } = useForm(() => onApply(about.trim()));
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Ask to join <bdi>${serverName.value}</bdi></h1>
        <p class="lead">New people are approved here. Say who you are, so that the right people can let you in as <bdi>${name}</bdi>.</p>
        <${Field} label="Who are you?" value=${about} onInput=${setAbout} error=${error} hint="One line. Only the people who decide read it." maxlength=${lengths["session.apply"].about} required autofocus />
        <button class="primary" disabled=${busy || !about.trim()}>Ask to join</button>
        <button type="button" class="quiet" onClick=${onBack}>Use another name</button>
      </form>
    </main>
  `;
}

/** @param {{name: string, onBack: () => void}} props */
function Waiting({ name, onBack }) {
  const [problem, setProblem] = useState("");
  const withdraw = useForm(() => ask("session.withdraw", { username: name }).then(onBack));
  useAnswer(name, setProblem);
  return html`
    <main class="join">
      <form onSubmit=${withdraw.onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">${problem ? "You can't join" : "You asked to join"}</h1>
        <p class="lead" role="status">${problem || html`Somebody who manages <bdi>${serverName.value}</bdi> has to let you in as <bdi>${name}</bdi>. This page will continue on its own. You can close it, and come back in this browser.`}</p>
        ${withdraw.error && html`<p class="error" role="alert">${withdraw.error}</p>`}
        <button class="secondary" disabled=${withdraw.busy}>${problem ? "Back" : "Withdraw, and use another name"}</button>
      </form>
    </main>
  `;
}

/** Looks from time to time, and when the page is shown again, what became of it. @param {string} name @param {(problem: string) => void} onProblem */
function useAnswer(name, onProblem) {
  useEffect(() => {
    const look = () =>
      ask("session.applied", { username: name }).then(
        ({ state }) => {
          if (state === "approved") arrive(name);
          if (state === "declined") onProblem("Your request was declined.");
        },
        (error) => asRefusal(error).code === "unauthorized" && onProblem("Your request has expired. Ask again."),
      );
    look();
    const timer = setInterval(look, LOOK_MS);
    const onShown = () => document.visibilityState === "visible" && look();
    document.addEventListener("visibilitychange", onShown);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onShown);
    };
  }, [name]);
}

/** @param {string} name */
function arrive(name) {
  keep(APPLIED, "");
  continueAs(name);
}
