import { toast } from "../views/toast.js";

/** File uploads are not supported yet: a dropped or pasted file shows a notice instead of replacing the page. */

/** @param {DataTransfer | null} data */
const hasFiles = (data) => data?.types.includes("Files") ?? false;

/** @param {Event} event */
function refuse(event) {
  event.preventDefault();
  toast("File uploads aren't supported. Nothing was sent.");
}

/** @param {ClipboardEvent} event */
const isFileOnly = ({ clipboardData }) => hasFiles(clipboardData) && !clipboardData?.types.includes("text/plain");

/** Without this, the browser navigates to a file that is dropped anywhere on the page. */
export function refuseDroppedFiles() {
  addEventListener("dragover", (event) => hasFiles(event.dataTransfer) && event.preventDefault());
  addEventListener("drop", (event) => hasFiles(event.dataTransfer) && refuse(event));
  addEventListener("paste", (event) => isFileOnly(event) && refuse(event));
}
