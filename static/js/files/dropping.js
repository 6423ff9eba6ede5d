import { effect } from "@preact/signals";
import { currentThread, shownRoom } from "../route.js";
import { caughtUp, isArchived, isOpen, me } from "../store.js";
import { toast } from "../notices.js";
import { attach } from "./attached.js";

/** Files that are dropped on the page or pasted, and those of an earlier visit. */

/** @param {DataTransfer | null} data */
const hasFiles = (data) => data?.types.includes("Files") ?? false;

/** @param {Event} event @param {DataTransfer | null} data */
function take(event, data) {
  event.preventDefault();
  document.documentElement.classList.remove("dropping");
  const room = placeOf(event.target);
  if (!data || document.querySelector("dialog[open]")) return;
  if (!room) toast("Open a room to attach files.");
  else if (!isOpen(room) || isArchived(room)) toast("You can't post files here.");
  else attach(room, filesIn(data));
}

/** The room or thread that is meant. @param {EventTarget | null} target */
const placeOf = (target) =>
  (target instanceof Element && target.closest(".thread")) || !shownRoom.peek()
    ? currentThread.peek()
    : shownRoom.peek();

/** The files, but not folders, which browsers give as files that cannot be read. @param {DataTransfer} data */
const filesIn = (data) =>
  [...data.items].filter((item) => !item.webkitGetAsEntry?.()?.isDirectory).flatMap((item) => item.getAsFile() ?? []);

/** @param {ClipboardEvent} event */
const isFileOnly = ({ clipboardData }) => hasFiles(clipboardData) && !clipboardData?.types.includes("text/plain");

/** @param {DragEvent} event */
function hint(event) {
  if (!hasFiles(event.dataTransfer)) return;
  event.preventDefault();
  document.documentElement.classList.add("dropping");
}

/** Without this, the browser navigates to a file that is dropped anywhere on the page. */
export function takeFiles() {
  addEventListener("dragover", hint);
  addEventListener(
    "dragleave",
    (event) => event.relatedTarget || document.documentElement.classList.remove("dropping"),
  );
  addEventListener("drop", (event) => hasFiles(event.dataTransfer) && take(event, event.dataTransfer));
  addEventListener("paste", (event) => isFileOnly(event) && take(event, event.clipboardData));
  effect(() => {
    if (me.value && caughtUp.value) import("./uploading.js").then(({ restore }) => restore()).catch(() => {});
  });
}
