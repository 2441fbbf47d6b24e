//! The program as a person runs it: the real binary, real files, real networks.
//!
//! Tests that need the starter models find them where `packaging/test.sh` puts them
//! (`FETTLE_MODELS`) and say so where they are absent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod bad_input;
mod bank;
mod demo;
mod eval;
mod history;
mod import_seed;
mod limits;
mod looks;
mod real_data;
mod remote;
mod reports;
mod roi;
mod scene;
mod search;
mod view;
mod workspace;
