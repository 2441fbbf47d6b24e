//! Benchmarks of the rooms: `cargo bench -p fettle-benches`. `peers/` has the same work in Python.
