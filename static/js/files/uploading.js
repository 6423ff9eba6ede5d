import { effect, untracked } from "@preact/signals";
import { asRefusal, online } from "../connection.js";
import { forgetWithPerson } from "../forgetting.js";
import { newId } from "../ids.js";
import { toast } from "../notices.js";
import { notUploaded, ofUpload, uploaded, waiting } from "../outbox.js";
import { me } from "../store.js";
import { command } from "../sync.js";
import { attached, attachedIn } from "./attached.js";
import { dropUpload, keepUpload, keptUploads } from "./kept.js";
import { isThere, ownTab } from "./own-tab.js";
import { isFinal, isGone, problemOf, statusOf, transfer } from "./transfer.js";

/**
 * Uploads of attachments by tus: they go on after a lost connection and after a reload.
 * @import {Attachment, State} from "./attached.js"
 * @import {Kept} from "./kept.js"
 * @import {Tus} from "tus"
 */

const MOST = 10;
const AT_ONCE = 3;

/** What is needed to upload an attachment, by its key. @type {Map<string, Kept & {user: string, tus?: Tus, free?: () => void}>} */
const uploads = new Map();

/** @param {string} room @param {File[]} files @param {number | null} duration Seconds of a recording. */
export function add(room, files, duration) {
  const here = untracked(() => attachedIn(room)).length;
  if (here + files.length > MOST) toast(`A message can have at most ${MOST} files.`);
  const user = me.peek()?.username ?? "";
  const now = Date.now();
  for (const [place, file] of files.slice(0, Math.max(0, MOST - here)).entries()) {
    const kept = { key: newId(), room, file, duration, id: "", upload: "", at: now + place, tab: ownTab };
    begin(user, kept);
    if (file.size) keepUpload(user, kept);
  }
  goOn();
}

/** What was kept and is held by another tab, or was by the page before its reload. @type {Set<string>} */
const expected = new Set();

/** For whom this page has looked at what earlier visits left. */
let restoredFor = "";

/** Leaves them to the next visit of their person, if they are still kept then. */
forgetWithPerson(() => {
  for (const { preview } of attached.peek()) if (preview) URL.revokeObjectURL(preview);
  for (const { tus, free } of uploads.values()) {
    tus?.abort().catch(() => {});
    free?.();
  }
  uploads.clear();
  expected.clear();
  restoredFor = "";
  attached.value = [];
});

/**
 * Adds what this tab did not finish, what messages wait for once no other tab has it, and, when the page is opened, what
 * tabs left that are closed.
 */
export async function restore() {
  const user = me.peek()?.username ?? "";
  const kept = await keptUploads(user);
  await refuseLost(kept.map(({ key }) => key));
  const isOpened = restoredFor !== user;
  restoredFor = user;
  for (const each of kept) if (isOpened || isOwn(each)) expect(user, each.key, !isOwn(each));
}

/** @param {Kept} upload */
const isOwn = ({ key, tab, message }) => tab === ownTab || Boolean(message || ofUpload(key));

/** @param {string} user @param {string} key @param {boolean} [isLeft] Whether it may be what a closed tab left. */
function expect(user, key, isLeft = false) {
  if (uploads.has(key) || expected.has(key)) return;
  expected.add(key);
  // What is left is nobody's now; a tab that has it may be open for long, and its person write elsewhere by then.
  const how = isLeft ? { ifAvailable: true } : {};
  const taken = (/** @type {unknown} */ lock) => lock && takeOver(user, key, isLeft);
  (navigator.locks?.request(lockOf(key), how, taken) ?? takeOver(user, key, isLeft)).finally(() =>
    expected.delete(key),
  );
}

/** Refuses messages that wait for files that no tab has any more. @param {string[]} kept */
async function refuseLost(kept) {
  const held = (await navigator.locks?.query())?.held?.map(({ name }) => name) ?? [];
  const awaited = waiting.peek().flatMap(({ uploading = [] }) => uploading);
  for (const key of awaited) {
    const isHere = kept.includes(key) || uploads.has(key) || held.includes(lockOf(key));
    if (!isHere) notUploaded(key, "This browser no longer has its file. Attach it to a new message.", true);
  }
}

/**
 * Adds what is still kept, but not what is attached in another tab that is open or is being loaded again.
 * @param {string} user @param {string} key @param {boolean} isLeft
 * @returns {Promise<unknown>} that settles when it is dropped
 */
async function takeOver(user, key, isLeft) {
  const kept = (await keptUploads(user)).find((each) => each.key === key);
  if (!kept || !(isOwn(kept) || (isLeft && !(await isThere(kept.tab ?? ""))))) return undefined;
  if (uploads.has(key) || me.peek()?.username !== user) return undefined;
  if (!isOwn(kept) && untracked(() => attachedIn(kept.room)).length >= MOST) return undefined;
  const { held, free } = latch();
  begin(user, { ...kept, tab: ownTab, message: kept.message || ofUpload(key)?.id }, free);
  keep({ ...kept, user, tab: ownTab });
  follow();
  goOn();
  return navigator.locks && held;
}

/** @param {string} user @param {Kept} kept @param {() => void} [free] Lets other tabs have it. */
function begin(user, kept, free = hold(kept.key)) {
  const { key, room, file, id, message = "", duration = null } = kept;
  uploads.set(key, { ...kept, user, free });
  const preview = duration || /^image\/(?!svg)/u.test(file.type) ? URL.createObjectURL(file) : "";
  const problem = file.size ? "" : "The file is empty.";
  const state = /** @type {State} */ (problem ? "failed" : "waiting");
  const shown = {
    id,
    name: file.name,
    type: duration ? file.type : "",
    size: file.size,
    url: "",
    picture: null,
    duration,
  };
  const about = { ...shown, key, room, message, preview, sent: 0, isFinal: Boolean(problem) };
  const since = (/** @type {Attachment} */ each) => uploads.get(each.key)?.at ?? 0;
  attached.value = [...attached.peek(), { ...about, state, problem }].sort((a, b) => since(a) - since(b));
}

/** @param {string} key @param {Partial<Attachment>} fields */
function update(key, fields) {
  attached.value = attached.peek().map((each) => (each.key === key ? { ...each, ...fields } : each));
}

/** Begins or continues uploads that wait, a few at a time. */
function goOn() {
  if (!online.peek()) return;
  const all = attached.peek();
  const free = AT_ONCE - all.filter(({ state }) => state === "sending").length;
  for (const { key } of all.filter(({ state }) => state === "waiting").slice(0, Math.max(0, free))) send(key);
}

/** @param {string} key */
async function send(key) {
  update(key, { state: "sending", problem: "" });
  try {
    await announce(key);
    await sendBytes(key);
    update(key, { state: "done" });
    uploaded(key, uploads.get(key)?.id ?? "");
  } catch (error) {
    fail(key, error);
  }
  goOn();
}

/** Asks the server where to upload, unless it has said so. @param {string} key */
async function announce(key) {
  const upload = uploads.get(key);
  if (!upload || upload.upload) return;
  const { name, size, type } = upload.file;
  const begun = await command("file.begin", {
    name: name.slice(0, 1000),
    size,
    type: type.slice(0, 100),
    duration: upload.duration,
  });
  if (uploads.get(key) !== upload) return; // its person has left
  Object.assign(upload, { upload: begun.upload, id: begun.file.id });
  update(key, { id: begun.file.id, name: begun.file.name });
  await keep(upload);
}

/** @param {Kept & {user: string}} upload */
const keep = ({ user, key, room, file, duration, id, upload, at, message, tab }) =>
  keepUpload(user, { key, room, file, duration, id, upload, at, message, tab });

/** Notes which message waits for an upload, or has it already. @param {string} key @param {string} message */
export function noteMessage(key, message) {
  const upload = uploads.get(key);
  if (!upload) return;
  upload.message = message;
  keep(upload);
  follow();
}

/** @param {string} key */
async function sendBytes(key) {
  const upload = uploads.get(key);
  if (!upload) return;
  await transfer(upload.file, upload.upload, {
    onProgress: (sent) => update(key, { sent }),
    onStart: (tus) => void (upload.tus = tus),
  });
}

/** @param {string} key @param {any} error Of a command or of tus. */
function fail(key, error) {
  const upload = uploads.get(key);
  if (!upload) return;
  const isOffline = error?.originalRequest ? statusOf(error) === 0 : asRefusal(error).code === "offline";
  if (isOffline) return update(key, { state: "waiting" });
  if (isGone(error)) upload.upload = "";
  update(key, { state: "failed", problem: problemOf(error), isFinal: isFinal(error) });
  notUploaded(key, `${upload.file.name}: ${problemOf(error)}`, isFinal(error));
}

/** @param {string} key */
export function retry(key) {
  update(key, { state: "waiting", problem: "" });
  goOn();
}

/** Gives up an attachment. @param {Attachment} attachment */
export function cancel(attachment) {
  const upload = uploads.get(attachment.key);
  forget(attachment);
  if (upload?.tus) upload.tus.abort(true).catch(() => {});
  goOn();
}

/**
 * Follows what becomes of messages: the files of one that was posted or deleted are dropped, and those of one that is to
 * be sent again are uploaded again. What messages of other tabs wait for is taken over when these are closed.
 */
function follow() {
  for (const { uploading = [], user } of navigator.locks ? waiting.peek() : []) {
    for (const key of uploading) expect(user, key);
  }
  for (const attachment of attached.peek().filter(({ message }) => message)) {
    const entry = waiting.value.find(({ id }) => id === attachment.message);
    if (entry && !entry.refused && attachment.state === "failed") retry(attachment.key);
    else if (!entry && attachment.state === "done") forget(attachment);
    else if (!entry) cancel(attachment);
  }
}

/** Drops an attachment, because it is posted. @param {Attachment} attachment */
export function forget({ key, preview }) {
  const upload = uploads.get(key);
  uploads.delete(key);
  attached.value = attached.peek().filter((each) => each.key !== key);
  if (preview) URL.revokeObjectURL(preview);
  if (!upload) return;
  dropUpload(upload.user, key).finally(() => upload.free?.());
}

/** @param {string} key */
const lockOf = (key) => `chatrooms upload ${key}`;

function latch() {
  let free = () => {};
  const held = new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    free = resolve;
  });
  return { held, free };
}

/** Keeps other tabs from an upload as long as this one is open. @param {string} key @returns {() => void} to let it go */
function hold(key) {
  const { held, free } = latch();
  navigator.locks?.request(lockOf(key), () => held).catch(() => {});
  return free;
}

/** Leaves to other tabs, and to later visits, what is not for the person who comes now. */
function letGo() {
  for (const { tus, free } of uploads.values()) {
    tus?.abort().catch(() => {});
    free?.();
  }
  uploads.clear();
  attached.value = [];
}

effect(() => {
  if (online.value) goOn();
});
effect(() => {
  void waiting.value;
  untracked(me.value ? follow : letGo);
});
