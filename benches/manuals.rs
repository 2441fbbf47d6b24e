//! Parsing of manuals, to lines and to sections: the four real ones of `../shared/data/manuals`, in
//! comparison with poppler's `pdftotext -layout` on the same files.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use fettle_manuals::{parse, parse_lines, read_file};

fn parsing(criterion: &mut Criterion) {
    let Some(folder) = fettle_testing::data::shared("data/manuals") else { return };
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut group = criterion.benchmark_group("manuals");
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = read_file(&path).unwrap();
        group.bench_function(format!("{name}/lines"), |bencher| {
            bencher.iter(|| black_box(parse_lines(&path, &bytes).unwrap()));
        });
        group.bench_function(format!("{name}/sections"), |bencher| {
            bencher.iter(|| black_box(parse(&path, &bytes, &[]).unwrap()));
        });
        // With the start of a process, as in practice.
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
    targets = parsing
}
criterion_main!(manuals);
