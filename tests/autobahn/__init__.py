"""The Autobahn test suite for WebSockets (RFC 6455, RFC 7692) against ours, which is not a part of the tests."""
