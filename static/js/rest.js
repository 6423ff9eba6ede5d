import { keepWaiting } from "./admin/waiting.js";
import { isRefused } from "./archive.js";
import { takeFiles } from "./files/dropping.js";
import { keepCustomEmoji } from "./custom-emoji-renewal.js";
import { askAboutCalls } from "./composer/asking.js";
import { keepReplies } from "./composer/replying.js";
import { notifyOfNews } from "./notifications/notifications.js";
import { toast } from "./notices.js";
import { endQuiet } from "./notifications/quiet.js";
import { keepPageTitle } from "./notifications/page-title.js";
import { copyAsWritten } from "./messages/copying.js";
import { onRefusedReaction } from "./outbox.js";
import { keepFocus } from "./lost-focus.js";
import { keepInvitations } from "./rooms/invitations.js";
import { keepVisits } from "./rooms/recent.js";
import { askToSecure } from "./securing.js";
import { listenToKeys } from "./shortcuts.js";
import { followOpenThread } from "./threads/opening.js";
import { keepUpToDate } from "./updates.js";
import { bringViews } from "./views/later.js";

const STORAGE_BLOCKED = "Storage is blocked, so drafts and unsent messages are lost when you close this tab.";

/** Everything that can wait until the page is rendered; it starts when this module is imported. */

listenToKeys();
keepFocus();
keepPageTitle();
takeFiles();
copyAsWritten();
keepVisits();
keepInvitations();
keepReplies();
keepCustomEmoji();
keepWaiting();
askToSecure();
askAboutCalls();
onRefusedReaction((why) => void toast(why));
isRefused.subscribe((isSo) => void (isSo && toast(STORAGE_BLOCKED, { label: "Got it", act: () => {} })));
notifyOfNews();
endQuiet();
followOpenThread();
keepUpToDate();
bringViews().catch(() => {});
import("./composer/commands.js").catch(() => {}); // so that they work offline
