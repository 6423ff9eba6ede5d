import { html } from "../html.js";
import { serverName } from "../server.js";
import { followLink, username } from "../session.js";
import { closeOpened, opened } from "../route.js";
import { useForm } from "./form.js";
import { useLink } from "./opened-link.js";

/**
 * Asks whether to sign in by the link that was opened here, and says as whom. Opening it alone must not sign in, because
 * programs that show previews open links, and somebody may want you to act under a name of theirs.
 */
export function Link() {
  const { code } = opened.value;
  const { found, problem } = useLink("link.get", code);
  const whose = found?.username;
  const { busy, onSubmit, error } = useForm(async () => {
    await followLink(code);
    closeOpened();
  });
  const here = username.value;
  const refusal = error || problem;
  return html`
    <main class="join">
      <form onSubmit=${onSubmit} aria-labelledby="join-title">
        <img class="logo" src="icon.svg" alt="" width="48" height="48" />
        <h1 id="join-title">Sign in to <bdi>${serverName.value}</bdi> on this device?</h1>
        <p class="lead">
          ${whose && html`You sign in as <bdi>${whose}</bdi>. Continue only if that is you.`}
          ${here && html` This tab is <bdi>${here}</bdi> now.`}
        </p>
        ${refusal && html`<p class="error" role="alert">${refusal}</p>`}
        <button class="primary" disabled=${busy || !whose}>Sign in</button>
        <button type="button" class="quiet" onClick=${closeOpened}>${here ? html`Stay <bdi>${here}</bdi>` : "Don't sign in"}</button>
      </form>
    </main>
  `;
}
