"""Write the module preloads into `index.html`: ``python -m tests.browser.preloads``."""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import dirname, join, normpath

STATIC = Path(__file__).parents[2] / "static"
IMPORT = re.compile(r'(?:^import|^export|\bfrom|\bimport)\s*(?:[^;"\']*?\bfrom\s*)?"([^"]+)"', re.MULTILINE)
LINES = re.compile(r'(?:    <link rel="modulepreload"[^\n]*\n)+')


def modules(page: str) -> list[str]:
    """Return the modules of the join page, then those of the chat, without lazy ones."""
    names = dict(re.findall(r'"([^"]+)": "\./(vendor/[^"]+)"', page))
    door = imported("js/main.js", names)
    chat = imported("js/views/chat.js", names)
    return sorted(door - {"js/main.js"}) + sorted(chat - door)


def imported(start: str, names: dict[str, str]) -> set[str]:
    """Return a module and everything that it imports, directly or indirectly."""
    found: set[str] = set()
    wanted = [start]
    while wanted:
        module = wanted.pop()
        found.add(module)
        for name in IMPORT.findall(without_comments((STATIC / module).read_text())):
            path = normpath(join(dirname(module), name)) if name.startswith(".") else names.get(name, "")
            if path and path not in found:
                wanted.append(path)
    return found


def without_comments(script: str) -> str:
    return re.sub(r"/\*\*.*?\*/", "", script, flags=re.DOTALL)


if __name__ == "__main__":
    page = (STATIC / "index.html").read_text()
    links = "".join(f'    <link rel="modulepreload" href="{module}">\n' for module in modules(page))
    (STATIC / "index.html").write_text(LINES.sub(links, page))
