"""llama.cpp behind the xllamacpp wheel, greedy, one stream: `bench_decoder` runs this as a process of its own.

    python -m tests.bench.llama_cpp GGUF THREADS TOKENS

Each line of its input is a prompt as a JSON list of token ids, each line of its output the tokens decoded in a second.
In one process the two systems' idle threads would slow each other down.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main(gguf: str, threads: int, tokens: int) -> None:
    """Serve prompts until the input ends."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = gguf
    params.n_ctx, params.n_parallel, params.warmup = 2048, 1, True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    for line in sys.stdin:
        request = {"prompt": json.loads(line), "n_predict": tokens, "temperature": 0.0, "cache_prompt": False}
        answer: dict[str, Any] = server.handle_completions(request)
        sys.stdout.write(f"{answer['timings']['predicted_per_second']}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    # Its log goes to standard output too; the figures keep a way of their own.
    figures = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = figures
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
