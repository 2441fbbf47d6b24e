//! Reading a manual: its lines, and all of it down to sections. The four real ones of
//! `../shared/data/manuals`, beside poppler's `pdftotext -layout` on the same files.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use fettle_manuals::{lines, parse, read_file};

fn reading(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/manuals");
    let mut files: Vec<_> = match folder.read_dir() {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => {
            eprintln!("skipped: ../shared is absent");
            return;
        }
    };
    files.sort();
    let mut group = criterion.benchmark_group("manuals");
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = read_file(&path).unwrap();
        group.bench_function(format!("{name}/lines"), |bencher| {
            bencher.iter(|| black_box(lines(&path, &bytes).unwrap()));
        });
        group.bench_function(format!("{name}/sections"), |bencher| {
            bencher.iter(|| black_box(parse(&path, &bytes, &[]).unwrap()));
        });
        // A process each time, as it is used.
        group.bench_function(format!("{name}/pdftotext"), |bencher| {
            bencher.iter(|| {
                let mut command = Command::new("pdftotext");
                command.arg("-layout").arg(&path).arg("-").stdout(Stdio::null());
                black_box(command.status().ok())
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = manuals;
    config = Criterion::default().sample_size(20);
    targets = reading
}
criterion_main!(manuals);
