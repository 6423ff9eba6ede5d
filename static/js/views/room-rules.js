import { html } from "../html.js";

/**
 * What members may do in a room, and how often; its owners and moderators may do all of it.
 * @import {Room, Who} from "../wire.js"
 * @typedef {{posting: Who, threading: Who, inviting: Who, calling: Who, slow: number}} Rules
 */

/** @type {[Exclude<keyof Rules, "slow">, string][]} */
const ALLOWED = [
  ["posting", "Post"],
  ["threading", "Reply in threads"],
  ["inviting", "Invite people"],
  ["calling", "Notify everybody with @room and @here, or large groups"],
];

const PAUSES = /** @type {const} */ ([
  [0, "As often as they like"],
  [10, "Once in 10 seconds"],
  [30, "Once in 30 seconds"],
  [60, "Once in a minute"],
  [300, "Once in 5 minutes"],
  [900, "Once in 15 minutes"],
  [3600, "Once in an hour"],
  [21600, "Once in 6 hours"],
]);

/** @param {Partial<Room> | undefined} row @returns {Rules} */
export const rulesOf = ({ posting, threading, inviting, calling, slow } = {}) => ({
  posting: posting ?? "members",
  threading: threading ?? "members",
  inviting: inviting ?? "members",
  calling: calling ?? "moderators",
  slow: slow ?? 0,
});

/** Only what differs, since a rule can follow from who can join. @param {Rules} rules @param {Rules} before @returns {Partial<Rules>} */
export const changed = (rules, before) =>
  Object.fromEntries(
    Object.entries(rules).filter(([rule, value]) => value !== before[/** @type {keyof Rules} */ (rule)]),
  );

/** @param {{rules: Rules, onChange: (rules: Rules) => void}} props */
export function RoomRules({ rules, onChange }) {
  /** @param {typeof ALLOWED[number][0]} rule */
  const toggle = (rule) => onChange({ ...rules, [rule]: rules[rule] === "members" ? "moderators" : "members" });
  /** @param {{currentTarget: HTMLSelectElement}} event */
  const pause = ({ currentTarget }) => onChange({ ...rules, slow: Number(currentTarget.value) });
  const others = PAUSES.some(([seconds]) => seconds === rules.slow)
    ? []
    : [[rules.slow, `Once in ${rules.slow} seconds`]];
  return html`
    <fieldset class="room-rules">
      <legend>Members can</legend>
      ${ALLOWED.map(
        ([rule, label]) => html`
          <label key=${rule} class="check">
            <input type="checkbox" checked=${rules[rule] === "members"} onChange=${() => toggle(rule)} /> ${label}
          </label>
        `,
      )}
      <div class="field">
        <label for="room-slow">Members post</label>
        <select id="room-slow" class="admin-select" value=${String(rules.slow)} onChange=${pause}>
          ${[...PAUSES, ...others].map(([seconds, label]) => html`<option key=${seconds} value=${seconds}>${label}</option>`)}
        </select>
      </div>
    </fieldset>
  `;
}
