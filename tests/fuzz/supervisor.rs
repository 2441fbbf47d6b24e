//! Starts the child of a target, watches it, and says what came of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Target;
use super::child::COUNT;

/// Address space of a child in KiB: 2 GB.
const MEMORY_KIB: u64 = 2 << 20;
/// An input that takes longer is a hang. Machines that do much else are slow, readers are not so slow.
const HANG: Duration = Duration::from_secs(20);
/// How long the files to begin with may take to make.
const BEGINNING: Duration = Duration::from_secs(60);
/// How often a child is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// After so many crashes and hangs a target is given up.
const MAX_ENDS: usize = 5;

/// What came of a target.
#[derive(Default)]
pub(super) struct Tally {
    /// Inputs that were read.
    pub(super) inputs: u64,
    /// Different outcomes, of the child that saw most.
    pub(super) kinds: u64,
    /// The slowest input, in milliseconds.
    pub(super) slowest_ms: u64,
    /// Panics, crashes and hangs: what, and the file that led there.
    pub(super) failures: Vec<String>,
}

/// Where things are.
pub(super) struct Places {
    /// A folder for the files that are read.
    pub(super) scratch: PathBuf,
    /// For those that led to a failure.
    pub(super) failures: PathBuf,
}

/// Fuzzes `target` for `time`.
pub(super) fn fuzz(target: &Target, time: Duration, seed: u64, places: &Places) -> Tally {
    let folder = places.scratch.join(target.name);
    fs::create_dir_all(&folder).expect("a folder for the target");
    let mut tally = Tally::default();
    let begun = Instant::now();
    for child in 0..MAX_ENDS as u64 {
        let left = time.saturating_sub(begun.elapsed());
        if child > 0 && left.is_zero() {
            break;
        }
        let _ = fs::remove_file(folder.join(COUNT));
        let ended = watch(target, left, seed + child * 1_000_000, &folder, places, &mut tally);
        if let Ok(count) = fs::read_to_string(folder.join(COUNT)) {
            let mut numbers = count.split(' ').map(|number| number.parse().unwrap_or(0));
            let mut next = || numbers.next().unwrap_or(0);
            tally.inputs += next();
            tally.kinds = tally.kinds.max(next());
            tally.slowest_ms = tally.slowest_ms.max(next());
        }
        let Some(why) = ended else { break };
        let kept = places.failures.join(format!("{}-{seed}-{child}", target.name));
        let _ = fs::copy(folder.join(target.file), &kept);
        tally.failures.push(format!("{why}\t{}", kept.display()));
    }
    tally
}

/// Runs one child to its end; why it ended before its time, if it did.
fn watch(
    target: &Target,
    time: Duration,
    seed: u64,
    folder: &Path,
    places: &Places,
    tally: &mut Tally,
) -> Option<String> {
    let mut child = start(target, time, seed, folder, &places.failures);
    let output = child.stdout.take().expect("its output");
    let lines = thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).collect::<Vec<_>>()
    });
    let current = folder.join(target.file);
    let begun = Instant::now();
    let mut is_hung = false;
    let status = loop {
        if let Some(status) = child.try_wait().expect("its status") {
            break status;
        }
        let written = fs::metadata(&current).and_then(|file| file.modified()).ok();
        is_hung = match written.and_then(|time| time.elapsed().ok()) {
            Some(age) => age > HANG && begun.elapsed() > HANG,
            None => begun.elapsed() > BEGINNING,
        };
        if is_hung {
            let _ = child.kill();
        }
        thread::sleep(LOOK);
    };
    let lines = lines.join().unwrap_or_default();
    tally.failures.extend(lines.into_iter().filter(|line| line.starts_with("panic\t")));
    match (is_hung, status.success()) {
        (true, _) => Some(format!("hang: more than {} s", HANG.as_secs())),
        (_, true) => None,
        _ => Some(format!("crash: {status}")),
    }
}

/// Starts this program as the child, with a limit of its memory.
fn start(target: &Target, time: Duration, seed: u64, folder: &Path, failures: &Path) -> Child {
    let this = std::env::current_exe().expect("this program's path");
    Command::new("sh")
        .args(["-c", &format!("ulimit -c 0; ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\"")])
        .arg(this)
        .args(["--child", target.name, &time.as_secs_f64().to_string(), &seed.to_string()])
        .args([folder, failures])
        // Threads reserve address space that they do not use.
        .envs([("MALLOC_ARENA_MAX", "2"), ("RAYON_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh can be started")
}
