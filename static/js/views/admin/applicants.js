import { useListed } from "../../admin/pages.js";
import { waiting } from "../../admin/waiting.js";
import { run } from "../../connection.js";
import { timeOrDay } from "../../dates.js";
import { html } from "../../html.js";
import { today } from "../../today.js";
import { useRefusal } from "../form.js";

/** @import {Applicant} from "../../wire.js" */

/** The people who have asked to join, if there are any. @param {{onApproved: () => void}} props */
export function Applicants({ onApproved }) {
  const { rows, renew } = useListed(`${waiting.value}`, async () => ({
    rows: (await run("applicant.list", {})).applicants,
    more: false,
  }));
  if (!rows?.length) return null;
  return html`
    <section class="setting" aria-labelledby="admin-applicants">
      <h3 id="admin-applicants">Waiting to join</h3>
      <ul class="admin-list" aria-label="Waiting to join">
        ${rows.map((each) => html`<${Row} key=${each.id} applicant=${each} onDecided=${() => (renew(), onApproved())} />`)}
      </ul>
    </section>
  `;
}

/** @param {{applicant: Applicant, onDecided: () => void}} props */
function Row({ applicant: { id, username, about, at, proof, label }, onDecided }) {
  const [refusal, refuse] = useRefusal();
  /** @param {"applicant.approve" | "applicant.decline"} what */
  const decide = (what) => run(what, { id }).then(onDecided, refuse);
  return html`
    <li>
      <span class="what">
        <strong dir="auto">${username}</strong>
        <small><bdi>${about}</bdi> · ${timeOrDay(at, today.value)}</small>
        ${proof === "provider" && html`<small>Known to the sign-in provider as <bdi>${label}</bdi></small>`}
        ${proof === "directory" && html`<small>Known to the directory by this name</small>`}
        ${refusal && html`<small class="error" role="alert">${refusal.message}</small>`}
      </span>
      <button class="secondary small" type="button" aria-label=${`Approve ${username}`} onClick=${() => decide("applicant.approve")}>Approve</button>
      <button class="secondary small" type="button" aria-label=${`Decline ${username}`} onClick=${() => decide("applicant.decline")}>Decline</button>
    </li>
  `;
}
