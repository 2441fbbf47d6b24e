//! Benchmarks of the crates: `cargo bench -p fettle-benches`. `peers/` runs the same work with the
//! usual Python libraries, for comparison.
