"""Turning the second factor of passwords on and off (see `totp`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.errors import Invalid, SecondFactorRequired, Unauthorized
from chatrooms.identity import fresh, links, pending, sessions, totp
from chatrooms.identity.passwords import Code, Given, Passwords
from chatrooms.identity.totp import SecondFactor
from chatrooms.pipeline import access, rights, second_factors
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, live, query
from chatrooms.pipeline.shapes import Done, Nothing


class WithPassword(Params):
    """Your password."""

    password: Given = Field(repr=False, description="Your password.")


class WithCode(Params):
    """A code of your app."""

    code: Code = Field(repr=False, description="The code that your app shows.")


class WithAnyCode(Params):
    """A code."""

    code: Code = Field(repr=False, description="The code that your app shows, or a recovery code.")


class WithBoth(WithPassword, WithAnyCode):
    """Your password, and a code."""


class AppSecret(TypedDict):
    """What an app needs to show codes."""

    secret: Annotated[str, Field(description="To type into the app, in base32. Shown this once.")]
    uri: Annotated[str, Field(description="The same as an `otpauth` address, for a QR code.")]


class RecoveryCodes(TypedDict):
    """What signs in, each once, when the app is lost."""

    codes: Annotated[list[str], Field(description="Shown this once.")]


def _signed_in(me: Caller, _p: Params) -> None:
    """Allow people with a session."""
    sessions.signed_in(me)


@query("factor.get", may=access.anyone, method="second_factor", lacking="proof")
def get(act: Act, p: Nothing, _: None) -> SecondFactor:
    """Return whether signing in with your password takes a code too."""
    return totp.state(act.db, act.me.username)


@live("factor.begin", may=_signed_in, repeatable=False, method="begin_second_factor", lacking="one")
async def begin(here: Passwords, me: Caller, p: WithPassword) -> AppSecret:
    """Begin to turn the second factor on: give the secret to an app, and its first code to `factor.enable`.

    If it is on, the app is another one, which takes the place of yours then.
    """
    still = await fresh.require_password(here, me, p.password)

    def prepare(act: Act) -> str:
        still(act)
        return totp.prepare(act.db, me.username, sessions.present(act))

    secret = await here.chat.change(prepare, me)
    return {"secret": secret, "uri": totp.address(secret, me.username, here.chat.server.name)}


@live("factor.enable", may=_signed_in, repeatable=False, method="enable_second_factor", lacking="one")
async def enable(here: Passwords, me: Caller, p: WithCode) -> RecoveryCodes:
    """Turn the second factor on, by a first code, within 15 minutes of `factor.begin`. Returns recovery codes.

    If it was on, your app from before no longer counts, nor do its recovery codes.
    """
    await here.count_code(me)

    def turn_on(act: Act) -> RecoveryCodes:
        session = sessions.present(act)
        was_on = totp.enabled(act.db, me.username)
        if was_on and not second_factors.is_shown(act.db, session):
            raise SecondFactorRequired(second_factors.SHOW, has_one=True)
        try:
            codes = totp.enable(act, me.username, session, p.code)
        except Unauthorized as error:
            raise Invalid(error.message, field="code") from None
        here.give_back_code(act)
        second_factors.note(act.db, session)
        links.drop_all(act.db, me.username)
        if was_on:
            second_factors.withdraw(act)
        pending.forget_others(act)
        act.note("moved codes to another app" if was_on else "turned codes on")
        return {"codes": codes}

    return await here.chat.change(turn_on, me)


@live("factor.show", may=_signed_in, repeatable=False, method="show_second_factor", lacking="proof")
async def show(here: Passwords, me: Caller, p: WithAnyCode) -> Done:
    """Show your second factor in this session, which began without, if the server requires it."""
    await here.count_code(me)

    def prove(act: Act) -> None:
        session = sessions.present(act)
        _use(here, act, p.code)
        second_factors.note(act.db, session)

    await here.chat.change(prove, me)
    return {}


@live("factor.renew", may=_signed_in, repeatable=False, method="renew_recovery_codes")
async def renew(here: Passwords, me: Caller, p: WithBoth) -> RecoveryCodes:
    """Return new recovery codes; those from before no longer count."""
    still = await here.require_own(me, p.password)
    await here.count_code(me)

    def anew(act: Act) -> RecoveryCodes:
        session = sessions.present(act)
        still(act)
        _use(here, act, p.code)
        second_factors.note(act.db, session)
        act.note("made recovery codes anew")
        return {"codes": totp.renew(act.db, me.username)}

    return await here.chat.change(anew, me)


@live("factor.disable", may=_signed_in, repeatable=False, method="disable_second_factor")
async def disable(here: Passwords, me: Caller, p: WithBoth) -> Done:
    """Turn the second factor off; your last one stays while the server requires one of you."""
    still = await here.require_own(me, p.password)
    await here.count_code(me)

    def turn_off(act: Act) -> None:
        still(act)
        _use(here, act, p.code)
        totp.forget(act.db, me.username)
        second_factors.require_left(act, me.username, rights.of(act.db, me.username))
        second_factors.withdraw(act)
        links.drop_all(act.db, me.username)
        pending.forget_others(act)
        act.note("turned codes off")

    await here.chat.change(turn_off, me)
    return {}


def _use(here: Passwords, act: Act, code: str) -> None:
    """Use up a caller's code; raises `Invalid`."""
    try:
        here.use_code(act, act.me.username, code)
    except Unauthorized as error:
        raise Invalid(error.message, field="code") from None


COMMANDS = (get, begin, enable, show, renew, disable)
