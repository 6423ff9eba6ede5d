"""The second factor of passwords: codes of an app (RFC 6238), each of one use, and recovery codes for when it is lost.

The secret of an app has to be stored as it is, to compute its codes: what protects it is what protects the database.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from base64 import b32encode
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Column, Connection, ForeignKey, Row, String, Table, delete, func, insert, select, update
from typing_extensions import TypedDict

from chatrooms import extras
from chatrooms.errors import Unauthorized
from chatrooms.identity.digests import digest
from chatrooms.pipeline.act import Act
from chatrooms.storage.factors import factors, prepared
from chatrooms.storage.tables import metadata, users

SECONDS = 30
"""How long an app shows a code."""
DRIFT = 1
"""By how many codes a clock may be wrong, either way (RFC 6238, 5.2)."""
PREPARED = 15 * 60 // SECONDS
"""For how many codes a prepared secret waits for its first one."""
RECOVERY_CODES = 10
WRONG = "This code is wrong, or it was used before."
LATE = "This took longer than 15 minutes. Begin again."

recovery = Table(
    "recovery_codes",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("hash", String(64), primary_key=True),
)


class SecondFactor(TypedDict):
    """Whether signing in with a password takes a code too."""

    enabled_at: Annotated[str | None, Field(description="Since when it does, in ISO 8601; null if it does not.")]
    recovery_codes: Annotated[int, Field(description="How many recovery codes are left.")]


def state(db: Connection, username: str) -> SecondFactor:
    """Return whether ``username`` has a second factor."""
    enabled_at = db.scalar(select(factors.c.enabled_at).where(factors.c.username == username))
    left = db.scalar(select(func.count()).select_from(recovery).where(recovery.c.username == username))
    return {"enabled_at": enabled_at, "recovery_codes": left or 0}


def enabled(db: Connection, username: str) -> bool:
    """Return whether ``username`` has a second factor."""
    return state(db, username)["enabled_at"] is not None


def prepare(db: Connection, username: str, session: str) -> str:
    """Store a new secret for the app of ``username``, which counts once that session has enabled it, soon; return it.

    Codes from before it was made count as used, so ``step`` says how old it is. A factor that is on stays until then.
    """
    secret = b32encode(secrets.token_bytes(20)).decode()
    db.execute(delete(prepared).where(prepared.c.username == username))
    row = {"username": username, "secret": secret, "session": session, "step": _now() - DRIFT - 1}
    db.execute(insert(prepared).values(row))
    return secret


def enable(act: Act, username: str, session: str, code: str) -> list[str]:
    """Turn the second factor on by a first code, and return the recovery codes; raises `Unauthorized`.

    The ``session`` must have prepared the secret within the last 15 minutes. It takes the place of another one.
    """
    mine = prepared.c.username == username, prepared.c.session == session
    row = act.db.execute(select(prepared.c.secret, prepared.c.step).where(*mine)).one_or_none()
    if row and _now() > row.step + DRIFT + 1 + PREPARED:
        raise Unauthorized(LATE, field="code")
    secret, step = _shown(row, code)
    forget(act.db, username)
    act.db.execute(insert(factors).values(username=username, secret=secret, step=step, enabled_at=act.now))
    return renew(act.db, username)


def renew(db: Connection, username: str) -> list[str]:
    """Return recovery codes that are new; those from before no longer count."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    db.execute(delete(recovery).where(recovery.c.username == username))
    db.execute(insert(recovery), [{"username": username, "hash": digest(_plain(code))} for code in codes])
    return codes


def use(db: Connection, username: str, code: str) -> None:
    """Use up a code of the app, or a recovery code; raises `Unauthorized` if it is neither, or was used before."""
    plain = _plain(code)
    if plain.isdecimal():
        _use_app(db, username, plain)
        return
    mine = recovery.c.username == username, recovery.c.hash == digest(plain)
    if db.execute(delete(recovery).where(*mine)).rowcount == 0:
        raise Unauthorized(WRONG, field="code")


def forget(db: Connection, username: str) -> None:
    """Turn the second factor of ``username`` off."""
    for table in (factors, prepared, recovery):
        db.execute(delete(table).where(table.c.username == username))


def address(secret: str, username: str, server: str) -> str:
    """Return what apps read from a QR code; raises `NotInstalled`."""
    extras.require("accounts")
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=username, issuer_name=server)


def _use_app(db: Connection, username: str, code: str) -> None:
    row = db.execute(select(factors.c.secret, factors.c.step).where(factors.c.username == username)).one_or_none()
    _, step = _shown(row, code)
    db.execute(update(factors).where(factors.c.username == username).values(step=step))


def _shown(row: Row[Any, Any] | None, code: str) -> tuple[str, int]:
    """Return the row's secret, and the step of a code of it that was not used before; raises `Unauthorized`."""
    step = _step_of(row.secret, _plain(code)) if row else None
    if row is None or step is None or step <= row.step:
        raise Unauthorized(WRONG, field="code")
    return row.secret, step


def _now() -> int:
    """Return the step of the code that a right clock shows."""
    return int(time.time()) // SECONDS


def _step_of(secret: str, code: str) -> int | None:
    """Return which of the codes around now this is; None if it is no such code. Raises `NotInstalled`."""
    extras.require("accounts")
    from pyotp import TOTP

    now, app = _now(), TOTP(secret, interval=SECONDS)
    around = range(now - DRIFT, now + DRIFT + 1)
    found = [step for step in around if hmac.compare_digest(app.at(step * SECONDS).encode(), code.encode())]
    return found[-1] if found else None


def _recovery_code() -> str:
    """Return 120 random bits, in six groups of letters and digits: with fewer than 112, a digest would be too fast.

    See ASVS 5, 6.5.2.
    """
    text = b32encode(secrets.token_bytes(15)).decode().lower()
    return "-".join(re.findall("....", text))


def _plain(code: str) -> str:
    """Return a code however it is typed."""
    return re.sub(r"[\s-]", "", code).lower()
