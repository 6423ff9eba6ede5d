import { html } from "../html.js";
import { serverName } from "../server.js";
import { followLink, username } from "../session.js";
import { closeOpened, opened } from "../route.js";
import { useForm } from "./form.js";

/** Asks whether to sign in by the link that was opened here: opening alone must not, as programs that show previews open links. */
export function Link() {
  const { busy, onSubmit, error } = useForm(async () => {
    await followLink(opened.value.code);
    closeOpened();
  });
  const here = username.value;
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Sign in to <bdi>${serverName.value}</bdi> on this device?</h1>
        <p class="lead">
          You become the person who made this link. Continue only if that is you.
          ${here && html` This tab is <bdi>${here}</bdi> now.`}
        </p>
        ${error && html`<p class="error" role="alert">${error}</p>`}
        <button class="primary" disabled=${busy} autofocus>Sign in</button>
        <button type="button" class="quiet" onClick=${closeOpened}>${here ? html`Stay <bdi>${here}</bdi>` : "Don't sign in"}</button>
      </form>
    </main>
  `;
}
