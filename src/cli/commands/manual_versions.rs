//! `fettle manual versions` and `fettle manual remove`.

use crate::terminal::Terminal;
use fettle_domain::{ManualId, ProductCode};
use fettle_engine::{Engine, ListManualVersions, RemoveManual};

pub(super) fn list(
    engine: &Engine,
    terminal: &Terminal,
    product: Option<&ProductCode>,
    json: bool,
) -> anyhow::Result<()> {
    let versions = terminal.run(engine, ListManualVersions(product.cloned()))?;
    if json {
        return terminal.print_json(&versions);
    }
    for version in versions {
        let day = |time: &str| time.split('T').next().unwrap_or(time).to_owned();
        let state = match &version.replaced_at {
            None => terminal.text("manual-version-in-force", &[]),
            Some(until) => terminal.text("manual-version-until", &[("time", day(until).into())]),
        };
        let cited = terminal.text("manual-version-cited", &[("count", version.cited.into())]);
        let hash: String = version.manual.content_hash.0.chars().take(8).collect();
        terminal.print_line(&format!(
            "{}  {}  {}  {hash}  {}  {state}  {cited}",
            version.manual.id,
            version.manual.product,
            day(&version.added_at),
            version.manual.path,
        ));
    }
    Ok(())
}

pub(super) fn remove(engine: &Engine, terminal: &Terminal, id: i64) -> anyhow::Result<()> {
    let removed = terminal.run(engine, RemoveManual(ManualId(id)))?;
    terminal.print_message("manual-removed", &[("path", removed.path.into())]);
    Ok(())
}
