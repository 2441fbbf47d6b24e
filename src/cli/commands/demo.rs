//! `fettle demo`.

use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{BuildDemo, Engine};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Demo) -> anyhow::Result<()> {
    let request =
        BuildDemo { profile: args.profile.clone(), out: args.out.clone(), with_llm: !args.no_llm };
    let inspections = terminal.wait(engine, request)?;
    for demo in &inspections {
        super::inspect::print(terminal, &demo.inspected.inspection);
        terminal.print(&"─".repeat(72));
    }
    terminal.say("demo-done", &[]);
    let mut wrong = 0;
    for demo in &inspections {
        let found = demo.inspected.inspection.verdict;
        let mark = if found == demo.expected { "✓" } else { "✗" };
        wrong += usize::from(found != demo.expected);
        terminal.print(&format!("{mark} {:?}", found).to_uppercase());
        for path in &demo.inspected.written {
            terminal.print(&format!("    {}", path.display()));
        }
    }
    if wrong > 0 {
        anyhow::bail!(terminal.word("demo-wrong", &[("count", wrong.into())]));
    }
    Ok(())
}
