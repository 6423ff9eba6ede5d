"""Proof by an OpenID provider: people sign in there, and it leads them back (OpenID Connect Core 1.0, RFC 9700).

An account of the provider belongs to a person who has connected it while signed in, or who came by it; never to one
with the same name or e-mail address.
"""
