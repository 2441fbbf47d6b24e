//! `fettle demo`.

use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{BuildDemo, Engine};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Demo) -> anyhow::Result<()> {
    let request =
        BuildDemo { profile: args.profile.clone(), out: args.out.clone(), with_llm: !args.no_llm };
    let inspections = terminal.run(engine, request)?;
    for demo in &inspections {
        super::inspect::print(terminal, &demo.inspected.inspection);
        terminal.print_line(&"─".repeat(72));
    }
    terminal.print_message("demo-done", &[]);
    let mut wrong = 0;
    for demo in &inspections {
        let found = demo.inspected.inspection.verdict;
        let mark = if found == demo.expected { "✓" } else { "✗" };
        wrong += usize::from(found != demo.expected);
        terminal.print_line(&format!("{mark} {:?}", found).to_uppercase());
        for path in &demo.inspected.written {
            terminal.print_line(&format!("    {}", path.display()));
        }
    }
    if wrong > 0 {
        anyhow::bail!(terminal.text("demo-wrong", &[("count", wrong.into())]));
    }
    Ok(())
}
