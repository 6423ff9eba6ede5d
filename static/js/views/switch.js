import { html } from "../html.js";

/**
 * A switch that shows the effective value, because a change may be denied.
 * @param {{label: string, isOn: boolean, isOff?: boolean, onChange: (isOn: boolean) => void}} props
 */
export function Switch({ label, isOn, isOff, onChange }) {
  /** @param {{currentTarget: HTMLInputElement}} event */
  function change({ currentTarget }) {
    currentTarget.checked = isOn;
    onChange(!isOn);
  }
  return html`
    <label class="switch">
      <span>${label}</span>
      <input type="checkbox" role="switch" checked=${isOn} disabled=${isOff} onChange=${change} />
    </label>
  `;
}
