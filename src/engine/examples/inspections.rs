//! What the engine does alone: inspections a second of one picture, as many at once as a server has run.
//!
//!     inspections WORKSPACE PRODUCT PICTURE SECONDS
//!
//! `tests/server_load.sh` holds the server against it.
#![expect(clippy::print_stdout, reason = "its answer")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fettle_domain::{Language, ProductCode};
use fettle_engine::{Engine, EngineOptions, Inspect, JOB_THREADS};
use fettle_settings::Workspace;

/// As in `server/inspection_queue.rs`.
const AT_ONCE: usize = JOB_THREADS / 2;
/// Inspections before the clock starts: models and banks are read by the first.
const WARM_UP: usize = AT_ONCE;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [workspace, product, picture, seconds] = args.as_slice() else {
        return Err("WORKSPACE PRODUCT PICTURE SECONDS".into());
    };
    let (product, time) = (product.parse::<ProductCode>()?, Duration::from_secs(seconds.parse()?));
    let workspace = Workspace::at(PathBuf::from(workspace));
    let (settings, _) = fettle_settings::read(&workspace.settings_path());
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    let engine = Engine::start(workspace, settings, options)?;
    let inspect = || -> fettle_engine::Result<()> {
        let (image, product) = (PathBuf::from(picture), Some(product.clone()));
        let request = Inspect { image, product, with_llm: false, out: None };
        engine.submit(request)?.wait(|_| {}).map(drop)
    };
    for _ in 0..WARM_UP {
        inspect()?;
    }
    let begun = Instant::now();
    let done = std::thread::scope(|scope| {
        let work = || {
            let mut done = 0_usize;
            while begun.elapsed() < time {
                inspect()?;
                done += 1;
            }
            Ok(done)
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let mut done = 0;
        for worker in workers {
            let counted: fettle_engine::Result<usize> =
                worker.join().map_err(|_| "a worker broke down")?;
            done += counted?;
        }
        Ok::<_, Box<dyn std::error::Error>>(done)
    })?;
    println!("{:.2}", done as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}
