import { notifyOfNews } from "./behaviors/notifications.js";
import { keepVisits } from "./behaviors/recent.js";
import { keepUpToDate } from "./behaviors/updates.js";
import { bringTheRest } from "./views/later.js";

/** What can wait until the page is there: it starts when this module is brought. */

keepVisits();
notifyOfNews();
keepUpToDate();
bringTheRest();
