//! The process that reads damaged files until its time is over, or a file ends it.

use std::collections::HashSet;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::Target;
use super::mutation::Mutator;

/// Most inputs that are changed further.
const MAX_CORPUS: usize = 1000;
/// After so many inputs the count is written.
const COUNT_EVERY: u64 = 64;

/// Where the last panic was, and what it said.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Name of the file in the target's folder that counts the inputs.
pub(super) const COUNT: &str = "count";

/// Reads the files of `target` in `folder` for `time`. Prints a line for each panic: `panic`, the
/// place, the file that led to it.
pub(super) fn run(target: &Target, time: Duration, seed: u64, folder: &Path, failures: &Path) {
    panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = info.to_string().replace('\n', " ");
        }
    }));
    let mut corpus = (target.seeds)();
    corpus.extend(earlier(target));
    let sound = corpus.len();
    let mut mutator = Mutator::new(seed);
    let (mut kinds, mut places) = (HashSet::new(), HashSet::new());
    let path = folder.join(target.file);
    let (begun, mut slowest) = (Instant::now(), Duration::ZERO);
    let mut number = 0;
    while begun.elapsed() < time || number < sound as u64 {
        let input = match usize::try_from(number).ok().filter(|at| *at < sound) {
            Some(at) => corpus.get(at).cloned().unwrap_or_default(),
            None => changed(target, &mut mutator, &corpus),
        };
        fs::write(&path, &input).expect("the input can be written");
        let read_at = Instant::now();
        let read = panic::catch_unwind(AssertUnwindSafe(|| (target.read)(&path, &input)));
        slowest = slowest.max(read_at.elapsed());
        number += 1;
        match read {
            Ok(kind) => {
                if kinds.insert(kind) && number > sound as u64 && corpus.len() < MAX_CORPUS {
                    corpus.push(input);
                }
            }
            Err(_) => {
                let place = LAST_PANIC.lock().map(|last| last.clone()).unwrap_or_default();
                if places.insert(place.clone()) {
                    let kept = failures.join(format!("{}-{seed}-{number}", target.name));
                    fs::write(&kept, &input).expect("the failure can be written");
                    println!("panic\t{place}\t{}", kept.display());
                }
            }
        }
        if number.is_multiple_of(COUNT_EVERY) || begun.elapsed() >= time {
            let line = format!("{number} {} {}", kinds.len(), slowest.as_millis());
            let _ = fs::write(folder.join(COUNT), line);
        }
    }
}

fn changed(target: &Target, mutator: &mut Mutator, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut pick = || corpus.get(mutator.below(corpus.len())).cloned().unwrap_or_default();
    let (mut input, other) = (pick(), pick());
    target.wrapping.mutate(mutator, &mut input, &other);
    input
}

/// Files that once led to a failure.
fn earlier(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("found").join(target.name);
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    files.sort_by_key(fs::DirEntry::file_name);
    files.iter().filter_map(|file| fs::read(file.path()).ok()).collect()
}

/// Reads one file and prints what happened.
pub(super) fn replay(target: &Target, file: &Path) {
    let folder = std::env::temp_dir().join(format!("fettle-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let input = fs::read(file).expect("the file can be read");
    let path = folder.join(target.file);
    fs::write(&path, &input).expect("the input can be written");
    let begun = Instant::now();
    // What the seeds write beside them is needed, too.
    drop((target.seeds)());
    println!("{} ({} ms)", (target.read)(&path, &input), begun.elapsed().as_millis());
    let _ = fs::remove_dir_all(folder);
}
