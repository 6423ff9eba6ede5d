"""What a search says that it does not understand, and whom and what it does not know: the same of what is hidden."""

from __future__ import annotations

SENTENCES = {
    "needle from:alice in:#lobby in:@bob to:bob -in:me on:today": [],
    "from:nobody -to:Nobody": ["Nobody here has the username “nobody”."],
    "from:@a!b": ["Nobody here has the username “a!b”."],
    "in:nowhere": ["You're in no room or conversation called “nowhere”."],
    "in:#hidden in:#nowhere/3": [
        "You're in no room or conversation called “#hidden”.",
        "You're in no room or conversation called “#nowhere/3”.",
    ],
    "in:@carol": ["You have no conversation with carol."],
    "in:@nobody": ["You have no conversation with nobody."],
    "to:#hidden": ["You're in no room or conversation called “#hidden”."],
    "before:blah": ["“before:” needs a day, month or year, such as before:today, not “blah”."],
    "has:money": ["“has:” does not know “money”. There is has:file, has:image, has:link and has:reaction."],
    "from: alice": ["“from:” needs a username, such as from:me, right after the colon."],
    "form:alice": ["“form:” is nothing you can search by, so “form:alice” was searched as text."],
    "re:needle": [],
    "https://absent.example": [],
    "... !": ["There are no words to search for in this."],
    "from:x1 from:x2 from:x3 from:x4": [f"Nobody here has the username “x{number}”." for number in (1, 2, 3)],
    " ": [],
}
"""Searches, and what they answer besides messages."""


async def test_a_search_says_what_it_does_not_understand_or_know(person):
    alice, bob = await person("alice"), await person("bob")
    await person("carol")
    await bob.run("room.create", name="hidden", access="private")
    await bob.say("#hidden", "Secret")
    await alice.say("#lobby", "re: needle, a needle")
    await bob.say("alice", "needle for you")
    for query, sentences in SENTENCES.items():
        assert (await alice.run("search", query=query))["unclear"] == sentences
