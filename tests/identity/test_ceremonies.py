"""What authenticators answer counts only if it was asked for, here, now, and signed by the right key."""

from __future__ import annotations

import secrets
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.identity import ceremonies
from chatrooms.identity.ceremonies import Known, NewKey, Untrue, relying_party
from chatrooms.identity.challenges import Challenge
from chatrooms.settings import Settings
from tests.identity.authenticator import EDDSA, ES256, PRESENT, RS256, Authenticator, cose, decoded, encoded, make_key

HERE, PARTY = "https://chat.example", "chat.example"
LARGE = make_key(RS256, 3072)


def asked(origin: str = HERE) -> Challenge:
    return Challenge(secrets.token_bytes(32), origin, encoded(secrets.token_bytes(32)))


def make(authenticator: Authenticator, challenge: Challenge, origin: str = HERE, **wrong: Any) -> NewKey:
    options = ceremonies.creation(challenge, PARTY, "Chat", "alice", [])
    return ceremonies.made(authenticator.create(options, origin, **wrong), challenge, PARTY)


def known(authenticator: Authenticator) -> Known:
    challenge = asked()
    return Known(make(authenticator, challenge).public_key, challenge.handle)


def sign(authenticator: Authenticator, stored: Known | None, origin: str = HERE, **wrong: Any) -> int:
    challenge = asked()
    answer = authenticator.get(ceremonies.request(challenge, PARTY), origin, **wrong)
    answer["response"] |= wrong.get("response", {})
    return ceremonies.signed(answer | wrong.get("answer", {}), challenge, PARTY, stored)


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_a_key_of_each_accepted_algorithm_is_made_and_signs(algorithm):
    authenticator = Authenticator(algorithm, count=5)
    stored = known(authenticator)
    assert sign(authenticator, stored) == 6


def test_what_is_asked_for_is_a_verified_person_and_a_key_that_is_found_without_a_name():
    challenge = asked()
    options = ceremonies.creation(challenge, PARTY, "Chat", "alice", [encoded(b"other")])
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [EDDSA, ES256, RS256]
    assert (options["attestation"], options["user"]["id"]) == ("none", challenge.handle)
    assert [each["id"] for each in options["excludeCredentials"]] == [encoded(b"other")]
    to_sign_in = ceremonies.request(challenge, PARTY)
    assert (to_sign_in["userVerification"], to_sign_in["allowCredentials"]) == ("required", [])


OTHER = {"signing": encoded(b"x" * 32)}
WRONG_KEYS = {
    "ES256 with a key of RSA": {**cose(LARGE), 3: ES256},
    "RS256 with a key of P-256": {**cose(make_key(ES256)), 3: RS256},
    "EdDSA with a key of P-256": {**cose(make_key(ES256)), 3: EDDSA},
    "ES384": {**cose(make_key(ES256)), 3: -35},
    "RS1": {**cose(LARGE), 3: -65535},
    "PS256": {**cose(LARGE), 3: -37},
    "no algorithm": {**cose(LARGE), 3: 0},
    "another curve": {**cose(make_key(ES256)), -1: 2},
    "no point of the curve": {**cose(make_key(ES256)), -2: b"\x01" * 32},
    "a short key": {**cose(make_key(RS256, 1024))},
    "symmetric": {1: 4, 3: 5, -1: b"k" * 32},
    "a list": [1, 2],
    "empty": {},
}
WRONG_CREATIONS = {
    "another origin": {"origin": "https://evil.example"},
    "another port": {"origin": "https://chat.example:8443"},
    "plain http": {"origin": "http://chat.example"},
    "another party": {"party": "evil.example"},
    "nobody verified": {"flags": PRESENT},
    "nobody present": {"flags": 0x04},
    "another challenge": OTHER,
    "another ceremony": {"type": "webauthn.get"},
    "a statement that was not asked for": {"fmt": "none", "statement": {"sig": b"x"}},
    "a format that is not known": {"fmt": "tpm", "statement": {"ver": "2.0"}},
    "a format of another kind": {"fmt": 7},
    **{name: {"public": public} for name, public in WRONG_KEYS.items()},
}


@pytest.mark.parametrize("wrong", WRONG_CREATIONS.values(), ids=WRONG_CREATIONS.keys())
def test_no_other_key_is_accepted(wrong):
    with pytest.raises(Untrue):
        make(Authenticator(), asked(), **wrong)


WRONG_SIGNATURES = {
    "another origin": {"origin": "https://evil.example"},
    "a subdomain": {"origin": "https://www.chat.example"},
    "another party": {"party": "evil.example"},
    "nobody verified": {"flags": PRESENT},
    "nobody present": {"flags": 0x04},
    "another challenge": OTHER,
    "another ceremony": {"type": "webauthn.create"},
    "another person": {"handle": encoded(b"y" * 32)},
    "no person": {"handle": None},
    "a person of another kind": {"handle": 7},
    "no signature": {"response": {"signature": ""}},
    "another signature": {"response": {"signature": encoded(b"x" * 70)}},
    "no data": {"response": {"authenticatorData": ""}},
    "more data": {"response": {"authenticatorData": encoded(b"x" * 300)}},
    "no JSON": {"response": {"clientDataJSON": encoded(b"{")}},
    "other JSON": {"response": {"clientDataJSON": encoded(b"[" * 5000)}},
    "two ids": {"answer": {"rawId": encoded(b"other")}},
    "another type": {"answer": {"type": "password"}},
    "no response": {"answer": {"response": []}},
}


@pytest.mark.parametrize("wrong", WRONG_SIGNATURES.values(), ids=WRONG_SIGNATURES.keys())
@pytest.mark.parametrize("is_known", [True, False])
def test_no_other_signature_is_accepted(is_known, wrong):
    authenticator = Authenticator()
    stored = known(authenticator)
    with pytest.raises(Untrue):
        sign(authenticator, stored if is_known else None, **wrong)


def test_no_other_key_signs_for_one_that_is_stored_or_is_not():
    authenticator, other = Authenticator(), Authenticator()
    stored = known(authenticator)
    other.handle = stored.handle
    for known_as in (stored, None):
        with pytest.raises(Untrue):
            sign(other, known_as)
    assert sign(authenticator, stored) == 0


def test_a_key_on_another_curve_is_refused():
    key = ec.generate_private_key(ec.SECP384R1())
    numbers = key.public_key().public_numbers()
    public = {1: 2, 3: ES256, -1: 2, -2: numbers.x.to_bytes(48, "big"), -3: numbers.y.to_bytes(48, "big")}
    with pytest.raises(Untrue):
        make(Authenticator(), asked(), public=public)


@given(st.data())
def test_a_changed_bit_anywhere_is_noticed(data):
    authenticator = SOFT
    challenge = asked()
    answer = authenticator.get(ceremonies.request(challenge, PARTY), HERE)
    part = data.draw(st.sampled_from(sorted(answer["response"])))
    whole = bytearray(decoded(answer["response"][part]))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    answer["response"][part] = encoded(bytes(whole))
    with pytest.raises(Untrue):
        ceremonies.signed(answer, challenge, PARTY, STORED)


@pytest.mark.parametrize("across", [True, "true", 1])
def test_a_page_in_a_page_of_another_origin_is_refused(across):
    authenticator, challenge = Authenticator(), asked()
    answer = authenticator.get(ceremonies.request(challenge, PARTY), HERE, across=across)
    with pytest.raises(Untrue):
        ceremonies.challenge_in(answer)
    answer = authenticator.get(ceremonies.request(challenge, PARTY), HERE, across=False)
    assert ceremonies.challenge_in(answer) == challenge.value


@pytest.mark.parametrize("id", ["", "\x00", "a\x00", "a" * 1365, "a b", "a=", "é", "a\n", None, 7, ["a"]])
def test_what_is_no_id_reaches_no_database(id):
    with pytest.raises(Untrue):
        ceremonies.id_of({"id": id})


@given(st.binary(min_size=1, max_size=ceremonies.MOST_OF_ID))
def test_every_id_of_an_authenticator_is_one(id):
    assert ceremonies.id_of({"id": encoded(id)}) == encoded(id)


ANYTHING = st.recursive(
    st.sampled_from([None, True, 0, -1, "", "é", "public-key", "e30", encoded(cbor2.dumps({1: 2}))]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "signature"]), inner)
    ),
    max_leaves=9,
)


@given(st.dictionaries(st.sampled_from(["id", "rawId", "type", "response"]), ANYTHING))
def test_whatever_else_is_sent_is_untrue(credential):
    for check in (
        lambda: ceremonies.challenge_in(credential),
        lambda: ceremonies.made(credential, asked(), PARTY),
        lambda: ceremonies.signed(credential, asked(), PARTY, STORED),
    ):
        with pytest.raises(Untrue):
            check()


SOFT = Authenticator(EDDSA)
STORED = known(SOFT)

URL = {"url": "https://chat.example/team/"}
LISTED = {"hosts": "chat.example,*.team.example"}


@pytest.mark.parametrize(
    ("settings", "origin", "party"),
    [
        (URL, "https://chat.example", "chat.example"),
        (URL, "https://chat.example:8443", None),
        (URL, "http://chat.example", None),
        (URL, "https://evil.example", None),
        (URL, "https://www.chat.example", None),
        (URL, "http://localhost:8000", None),
        (URL | LISTED, "https://a.team.example", "a.team.example"),
        (LISTED, "https://chat.example", "chat.example"),
        (LISTED, "https://chat.example:8443", None),
        (LISTED, "https://a.team.example:8443", None),
        (LISTED, "https://chat.example:8000", "chat.example"),
        (LISTED | {"port": 8443}, "https://chat.example:8443", "chat.example"),
        (LISTED | {"url": "https://other.example:444/"}, "https://a.team.example:444", "a.team.example"),
        (LISTED | {"url": "https://other.example:444/"}, "https://a.team.example:445", None),
        (LISTED, "http://chat.example", None),
        (LISTED, "https://team.example", None),
        (LISTED, "https://eviIteam.example", None),
        (LISTED, "http://localhost:8000", None),
        ({"hosts": "192.0.2.1"}, "https://192.0.2.1", None),
        ({"url": "https://192.0.2.1/"}, "https://192.0.2.1", None),
        ({"url": "http://chat.example/"}, "http://chat.example", None),
        ({"url": "http://localhost:8000/"}, "http://localhost:8000", "localhost"),
        ({"url": "http://localhost:8000/"}, "http://localhost:9000", None),
        ({}, "http://localhost:8000", "localhost"),
        ({}, "https://localhost", "localhost"),
        ({}, "http://chat.localhost:8000", "chat.localhost"),
        ({}, "http://127.0.0.1:8000", None),
        ({}, "http://[::1]:8000", None),
        ({}, "http://192.168.1.7:8000", None),
        ({}, "https://chat.example", None),
        ({}, "http://localhost.evil.example", None),
        ({}, "http://evillocalhost", None),
        ({}, "http://LOCALHOST:8000", None),
        ({}, "http://localhost:8000/", None),
        ({}, "http://alice@localhost", None),
        ({}, "https://localhost:443", None),
        ({}, "null", None),
        ({}, "", None),
        ({}, "file:///tmp/page.html", None),
        ({}, "javascript:alert(1)", None),
        ({}, "http://localhost:99999", None),
    ],
)
def test_the_name_that_passkeys_are_for_comes_from_the_settings(tmp_path, settings, origin, party):
    assert relying_party(Settings(data=tmp_path, **settings), origin) == party
