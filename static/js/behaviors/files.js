import { toast } from "../views/toast.js";

/** Files are not taken yet: whoever brings one is told so, and the page stays where it is. */

/** @param {DataTransfer | null} data */
const hasFiles = (data) => data?.types.includes("Files") ?? false;

/** @param {Event} event */
function refuse(event) {
  event.preventDefault();
  toast("Files cannot be sent here. Nothing was uploaded.");
}

/** For the element that one writes in. */
export const refuseFiles = {
  /** @param {ClipboardEvent} event */
  onPaste: (event) => {
    if (hasFiles(event.clipboardData) && !event.clipboardData?.types.includes("text/plain")) refuse(event);
  },
};

/** A file dropped anywhere would otherwise replace the page. */
export function refuseDroppedFiles() {
  addEventListener("dragover", (event) => hasFiles(event.dataTransfer) && event.preventDefault());
  addEventListener("drop", (event) => hasFiles(event.dataTransfer) && refuse(event));
}
