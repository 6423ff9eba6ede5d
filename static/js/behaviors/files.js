import { toast } from "../views/toast.js";

/** Files are not taken yet: whoever brings one is told so, and the page stays where it is. */

/** @param {DataTransfer | null} data */
const hasFiles = (data) => data?.types.includes("Files") ?? false;

/** @param {Event} event */
function refuse(event) {
  event.preventDefault();
  toast("Files cannot be sent here. Nothing was uploaded.");
}

/** @param {ClipboardEvent} event */
const isFileOnly = ({ clipboardData }) => hasFiles(clipboardData) && !clipboardData?.types.includes("text/plain");

/** A file dropped anywhere would otherwise replace the page. */
export function refuseDroppedFiles() {
  addEventListener("dragover", (event) => hasFiles(event.dataTransfer) && event.preventDefault());
  addEventListener("drop", (event) => hasFiles(event.dataTransfer) && refuse(event));
  addEventListener("paste", (event) => isFileOnly(event) && refuse(event));
}
