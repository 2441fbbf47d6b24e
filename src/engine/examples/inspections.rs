//! What the engine does alone: inspections a second of one picture, so many at once; a server has `JOB_THREADS / 2` run.
//!
//!     inspections WORKSPACE PRODUCT PICTURE SECONDS AT_ONCE
//!
//! `tests/server_load.sh` holds the server against it.
#![expect(clippy::print_stdout, reason = "its answer")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fettle_domain::{Language, ProductCode};
use fettle_engine::{Engine, EngineOptions, Inspect, Inspected};
use fettle_settings::Workspace;

/// Inspections before the clock starts: models and banks are read by the first.
const WARM_UP: usize = 4;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [workspace, product, picture, seconds, at_once] = args.as_slice() else {
        return Err("WORKSPACE PRODUCT PICTURE SECONDS AT_ONCE".into());
    };
    let at_once: usize = at_once.parse()?;
    let (product, time) = (product.parse::<ProductCode>()?, Duration::from_secs(seconds.parse()?));
    let workspace = Workspace::locate(Some(Path::new(workspace)))?;
    let (settings, _) = fettle_settings::read(&workspace.settings_path());
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    let engine = Engine::start(workspace, settings, options)?;
    let inspect = || {
        let (image, product) = (PathBuf::from(picture), Some(product.clone()));
        let request = Inspect { image, product, with_llm: false, out: None };
        engine.submit(request)?.wait(|_| {})
    };
    for _ in 0..WARM_UP {
        let inspected: Inspected = inspect()?;
        // Without a model or a bank a stage is skipped, and the engine seems quick.
        if inspected.map.is_none() {
            return Err(
                "the picture was not looked at: is there a bank, and are the models there?".into(),
            );
        }
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
        let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
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
