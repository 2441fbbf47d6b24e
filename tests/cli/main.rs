//! Integration tests of the command line: the built binary on real files and networks.
//!
//! Tests that need models or real data look for them through `fettle_testing::data` and are
//! counted as skipped where they are absent; `packaging/test.sh` sets `FETTLE_MODELS`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod access;
mod actions;
mod backup;
mod bad_input;
mod bank;
mod corrections;
mod demo;
mod embedding;
#[cfg(unix)]
mod endings;
mod eval;
mod feedback;
mod folders;
mod harness;
mod history;
#[cfg(unix)]
mod hostile_files;
mod idempotency;
mod import_seed;
mod input_fit;
mod library_changes;
mod links;
mod live_server;
mod logs;
mod masks;
mod real_data;
mod remote;
mod reports;
mod roi;
mod scale;
mod search;
mod serve;
mod serve_banks;
mod serve_legacy;
mod serve_lists;
#[cfg(unix)]
mod service;
mod thresholds;
mod vision_chat;
mod words;
mod workspace;
