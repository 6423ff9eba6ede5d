"""Proof by a name and its password in an LDAP directory (RFC 4511, RFC 4513).

A name of the directory belongs to the person of that name here who has connected it while signed in, or who came by it.
"""
