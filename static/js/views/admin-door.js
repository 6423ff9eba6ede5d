import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { toast } from "../notices.js";

/** @import {FunctionComponent} from "preact" */

const admin = signal(/** @type {FunctionComponent | null} */ (null));

/** The page for admins, which is loaded when one of them opens it. */
export function AdminDoor() {
  useEffect(() => {
    import("./admin/admin.js").then(
      ({ Admin }) => void (admin.value = Admin),
      () => toast("This part of the page couldn't be loaded."),
    );
  }, []);
  return admin.value && html`<${admin.value} />`;
}
