"""faiss-cpu on what benches/search.rs measures: python benches/peers/search.py 10000 100000

Vectors of 512 values in the same clusters' shape; medians of nine; milliseconds."""

import statistics
import sys
import time

import faiss
import numpy as np

DIM, TOP, QUERIES = 512, 10, 200


def units(dice, count):
    vectors = dice.uniform(-1, 1, (count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def clustered(count):
    dice = np.random.default_rng(0)
    centres = units(dice, min(max(-(-count // 200), 20), 5000))
    vectors = centres[dice.integers(0, len(centres), count)] + np.float32(0.7) * units(dice, count)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def median_ms(work):
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1e3 * statistics.median(times)


def measure(size, kind, index, queries):
    turn = iter(range(10**9))
    one = median_ms(lambda: index.search(queries[(n := next(turn) % QUERIES) : n + 1], TOP))
    many = median_ms(lambda: index.search(queries[:64], TOP))
    print(f"search/{size}/{kind}: 1 query {one:.3f} ms, 64 queries {many:.2f} ms", flush=True)


for size in [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000]:
    vectors = clustered(size + QUERIES)
    vectors, queries = vectors[:size], vectors[size:]
    flat = faiss.IndexFlatIP(DIM)
    flat.add(vectors)
    measure(size, "flat", flat, queries)
    if size > 50_000:
        cells = int(2 * size**0.5)
        inverted = faiss.IndexIVFFlat(faiss.IndexFlatIP(DIM), DIM, cells, faiss.METRIC_INNER_PRODUCT)
        begun = time.perf_counter()
        inverted.train(vectors[:: max(1, size // (40 * cells))])
        inverted.add(vectors)
        print(f"{size}: partitioned in {time.perf_counter() - begun:.1f} s")
        inverted.nprobe = 16
        measure(size, "cells", inverted, queries)
