"""The limits of the decoder, which keep the server and the machine from harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatrooms import isolated
from chatrooms.pictures import decoder

SCORE = Path("/proc/self/oom_score_adj")


@pytest.mark.skipif(not SCORE.exists(), reason="only Linux chooses whom to end by a score")
async def test_where_memory_runs_out_the_decoder_ends_first(tmp_path):
    program = tmp_path / "limited.py"
    folder = str(Path(decoder.__file__).parent)
    program.write_text(
        f"import sys; sys.path.append({folder!r}); import decoder; decoder.limit(); print(open('{SCORE}').read())"
    )
    assert await isolated.run(str(program), seconds=60) == (0, b"1000\n\n")
