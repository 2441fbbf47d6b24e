//! `fettle pixels`.

use std::path::Path;

use crate::terminal::Terminal;
use fettle_engine::{CountPixels, Engine};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, image: &Path) -> anyhow::Result<()> {
    let count = terminal.run(engine, CountPixels(std::path::absolute(image)?))?;
    terminal.print_line(&count.to_string());
    Ok(())
}
