//! PatchCore on patches like those of 64 images of 224 pixels: selecting the coreset, scoring one
//! more image, and computing the whitening. `cargo bench -p fettle-benches --bench patchcore`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fettle_domain::{ComparedLayer, NullProgress};
use fettle_vision::bank_rows::BankRows;
use fettle_vision::coreset::{Start, greedy_k_center};
use fettle_vision::moments::Moments;
use half::f16;
use rand::{RngExt, SeedableRng};

const PATCHES: usize = 784;

/// Rows in clusters of very different width, like the features of a network.
fn rows(count: usize, dim: usize) -> Vec<f32> {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let centres: Vec<f32> = (0..40 * dim).map(|_| rng.random_range(0.0..2.0)).collect();
    (0..count)
        .flat_map(|row| {
            let centre = &centres[row % 40 * dim..][..dim];
            let width = [0.05, 0.2, 0.8][row % 3];
            centre.iter().map(|v| v + rng.random_range(-width..width)).collect::<Vec<f32>>()
        })
        .collect()
}

fn coreset(c: &mut Criterion) {
    let projected = rows(64 * PATCHES, 64);
    let mut group = c.benchmark_group("coreset");
    group.sample_size(10);
    group.bench_function("5017 of 50176 rows of 64", |b| {
        b.iter(|| {
            greedy_k_center(black_box(&projected), 64, Start::Row(0), 5017, 0.0, &NullProgress)
        });
    });
    group.finish();
}

fn scoring(c: &mut Criterion) {
    let mut group = c.benchmark_group("score 784 patches");
    for (name, count, dim) in [("7840 rows of 152", 7840, 152), ("5017 rows of 1536", 5017, 1536)] {
        let bank = rows(count, dim).into_iter().map(f16::from_f32).collect();
        let Ok(bank) = BankRows::from_f16(bank, dim) else { continue };
        let patches = rows(PATCHES, dim);
        group.bench_function(name, |b| b.iter(|| bank.score(black_box(&patches), None)));
    }
    group.finish();
}

fn whitening(c: &mut Criterion) {
    let mut group = c.benchmark_group("whitening");
    group.sample_size(10);
    for dim in [152, 448, 1536] {
        let mut moments = Moments::new(dim);
        if moments.add(&rows(2 * dim, dim)).is_err() {
            continue;
        }
        let layers = [ComparedLayer { number: 2, channels: dim, stride: 8, locates: true }];
        group.bench_function(format!("of {dim} channels"), |b| {
            b.iter(|| black_box(&moments).whitening(&layers));
        });
    }
    group.finish();
}

criterion_group!(benches, coreset, scoring, whitening);
criterion_main!(benches);
