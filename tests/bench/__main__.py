"""All benchmarks, one after the other: `python -m tests.bench`, which is what `make bench` runs."""

from __future__ import annotations

from tests.bench import bench_consultation, bench_decoder, bench_live, bench_speech, bench_viewer

if __name__ == "__main__":
    for benchmark in (bench_decoder, bench_consultation, bench_live, bench_speech, bench_viewer):
        benchmark.main()
