//! The arguments.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::supervisor::{Places, fuzz};
use super::{Target, child};

/// How long each target is fuzzed where nobody says otherwise.
const SHORT: Duration = Duration::from_secs(2);
/// The variable that says how many seconds each target takes.
const SECONDS: &str = "FETTLE_FUZZ_SECONDS";
/// Targets at a time.
const AT_A_TIME: usize = 2;

/// `[NAME]...` fuzzes those whose names contain one of these, or all; `--replay NAME FILE` reads one
/// file. `FETTLE_FUZZ_SECONDS` says how long each takes, `FETTLE_FUZZ_SEED` with what changes.
/// `failures` is the folder for inputs that led to a failure.
pub fn main(targets: &[Target], failures: &Path) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let by_name = |name: &str| targets.iter().find(|target| target.name == name);
    match args.as_slice() {
        ["--child", name, seconds, seed, folder, failures] => {
            let target = by_name(name).expect("a target");
            let time = Duration::from_secs_f64(seconds.parse().expect("seconds"));
            let seed = seed.parse().expect("a seed");
            child::run(target, time, seed, Path::new(folder), Path::new(failures));
            ExitCode::SUCCESS
        }
        ["--replay", name, file] => {
            child::replay(by_name(name).expect("a target"), Path::new(file));
            ExitCode::SUCCESS
        }
        names => {
            // Flags are those that `cargo test` hands to every test.
            let names: Vec<&str> =
                names.iter().copied().filter(|name| !name.starts_with('-')).collect();
            let is_wanted = |target: &&Target| {
                names.is_empty() || names.iter().any(|name| target.name.contains(name))
            };
            let wanted: Vec<_> = targets.iter().filter(is_wanted).collect();
            // A filter of `cargo test` is meant for other tests as well; who asked for hours of one
            // target wants that one.
            let is_long = std::env::var_os(SECONDS).is_some();
            let unknown =
                names.iter().find(|name| !targets.iter().any(|one| one.name.contains(**name)));
            if let Some(unknown) = unknown.filter(|_| is_long) {
                let known: Vec<_> = targets.iter().map(|target| target.name).collect();
                println!("fuzz: no target '{unknown}'. There are: {}", known.join(", "));
                return ExitCode::FAILURE;
            }
            let unsound = unsound_seeds(&wanted);
            unsound.iter().for_each(|line| println!("fuzz: {line}"));
            match unsound.is_empty() {
                true => fuzz_all(&wanted, failures),
                false => ExitCode::FAILURE,
            }
        }
    }
}

/// What is wrong with the files that these begin with.
fn unsound_seeds(targets: &[&Target]) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("fettle-seeds-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let found = targets.iter().flat_map(|target| target.unsound_seeds(&folder)).collect();
    let _ = std::fs::remove_dir_all(&folder);
    found
}

/// Fuzzes all of them and prints a line for each.
fn fuzz_all(targets: &[&Target], failures: &Path) -> ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let time = number(SECONDS).map_or(SHORT, Duration::from_secs);
    let seed = number("FETTLE_FUZZ_SEED").unwrap_or(1);
    std::fs::create_dir_all(failures).expect("a folder for failures");
    // Each input is written: into memory, where there is such a folder.
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let scratch = parent.join(format!("fettle-fuzz-{}", std::process::id()));
    let places = Places { scratch, failures: failures.to_owned() };
    let (next, failed, inputs) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(0));
    println!("{:<18} {:>10} {:>8} {:>11}  failures", "target", "inputs", "outcomes", "slowest ms");
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = fuzz(target, time, seed, &places);
                    failed.fetch_add(tally.failures.len(), Ordering::Relaxed);
                    if let Ok(mut inputs) = inputs.lock() {
                        *inputs += tally.inputs;
                    }
                    let mut lines = format!(
                        "{:<18} {:>10} {:>8} {:>11}  {}",
                        target.name,
                        tally.inputs,
                        tally.kinds,
                        tally.slowest_ms,
                        tally.failures.len()
                    );
                    for failure in &tally.failures {
                        lines.push_str("\n    ");
                        lines.push_str(failure);
                    }
                    println!("{lines}");
                }
            });
        }
    });
    let _ = std::fs::remove_dir_all(&places.scratch);
    let failed = failed.into_inner();
    println!("fuzz: {} inputs, {failed} failures", inputs.into_inner().unwrap_or(0));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
