"""The shades of a server's accent colour that keep text readable in both themes (WCAG 2.2, 1.4.3: contrast of 4.5)."""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls
from typing import NamedTuple

DEFAULT = "#0c6b5d"
MINIMUM = 4.5
"""The smallest contrast of text in the accent colour, and of text on it."""
WANTED = {"light": MINIMUM, "dark": 5.5}
"""Light text on dark ground needs more to be as calm to read."""
STEPS = 100
LINEAR_UP_TO = 0.04045
"""Up to here, sRGB is linear."""
MUTED = 0.3
"""How much of its saturation a colour loses on the way to white; pure colours glare on a dark ground."""
STRONGER = 0.12
SOFT = {"light": 0.12, "dark": 0.14}
"""How much of the accent is in its soft background."""
GROUNDS = {"light": ("#eae7de", "#fefdfb"), "dark": ("#2e2e2c", "#1b1b1a")}
"""The ground of each theme that is closest to text, and the paper: as in the browser client's `tokens.css`."""
FAR = {"light": "#000000", "dark": "#ffffff"}
"""What moves a colour away from the grounds of a theme."""

Rgb = tuple[int, int, int]


class Shades(NamedTuple):
    """An accent colour in one theme, each as ``#rrggbb``."""

    accent: str
    hover: str
    on_accent: str
    soft: str


def shades(colour: str, theme: str) -> Shades:
    """Return the shades of ``colour`` (``#rrggbb``) in the ``light`` or ``dark`` theme.

    The accent is ``colour`` itself if it can be read on all grounds, else as little darker or lighter as needed.
    """
    near, paper = GROUNDS[theme]
    for step in range(STEPS + 1):  # the last one is black or white
        accent = _moved(colour, theme, step / STEPS)
        soft = mixed(paper, accent, SOFT[theme])
        if min(contrast(accent, near), contrast(accent, soft)) >= WANTED[theme]:
            break
    return Shades(accent, mixed(accent, FAR[theme], STRONGER), _on(accent), soft)


def css(colour: str) -> str:
    """Return the rule that gives the browser client the shades of ``colour`` in both themes."""
    pairs = zip(Shades._fields, shades(colour, "light"), shades(colour, "dark"), strict=True)
    names = {"accent": "accent", "hover": "accent-hover", "on_accent": "on-accent", "soft": "accent-soft"}
    return f":root{{{';'.join(f'--{names[name]}:light-dark({light},{dark})' for name, light, dark in pairs)}}}"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, other: str, part: float) -> str:
    """Return ``colour`` with a ``part``, from 0 to 1, of ``other``."""
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _moved(colour: str, theme: str, part: float) -> str:
    """Return ``colour`` with its hue, and its lightness moved a ``part`` of the way to the far end of the theme."""
    hue, lightness, saturation = rgb_to_hls(*(part / 255 for part in _rgb(colour)))
    if theme == "dark":
        moved = lightness + (1 - lightness) * part, saturation * (1 - MUTED * part)
    else:
        moved = lightness * (1 - part), saturation
    return "#" + "".join(f"{round(255 * part):02x}" for part in hls_to_rgb(hue, *moved))


def _on(accent: str) -> str:
    """Return white or black, whichever can be read on ``accent``."""
    return max("#ffffff", "#000000", key=lambda ink: contrast(accent, ink))


def _rgb(colour: str) -> Rgb:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _luminance(colour: str) -> float:
    """Return the relative luminance, from 0 to 1 (WCAG 2.2, "relative luminance")."""
    parts = (part / 255 for part in _rgb(colour))
    red, green, blue = (part / 12.92 if part <= LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
