"""A worker of a shop, such as a task of Celery or of cron, which writes to a customer and ends."""

from __future__ import annotations

import sys

from chatrooms import Remote

_, url, customer, text = sys.argv
Remote(url, key="0123456789abcdef" * 2).post_sync(customer, text, key=text)
