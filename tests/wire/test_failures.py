"""What failed is in the log, what was said is not."""

from __future__ import annotations

from chatrooms.wire import failures


def fail(word):
    raise RuntimeError(len(word))


def test_a_failure_is_logged_with_its_traceback_but_without_the_values_of_variables(capsys):
    try:
        fail("a secret " * 2)
    except RuntimeError:
        failures.report("it failed")
    logged = capsys.readouterr().out
    assert "it failed" in logged and "RuntimeError: 18" in logged and "in fail" in logged
    assert "a secret a" not in logged
