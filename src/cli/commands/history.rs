//! `fettle history`.

use crate::cli::args;
use crate::cli::table;
use crate::cli::terminal::Terminal;
use crate::domain::{HistoryFilter, Opinion, Verdict};
use crate::engine::{Engine, JudgeInspection, ListInspections};

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::History,
) -> anyhow::Result<()> {
    match &args.command {
        None => list(engine, terminal, &args.list),
        Some(args::HistoryCommand::Judge { id, verdict, defect, note }) => {
            let verdict: Option<Verdict> = (*verdict).into();
            let opinion = verdict.map(|verdict| Opinion {
                verdict,
                defect: defect.clone(),
                note: note.clone(),
            });
            let judged = terminal.wait(engine, JudgeInspection { inspection: *id, opinion })?;
            let id = ("id", judged.inspection.to_string().into());
            match judged.now {
                None => terminal.say("judged-none", &[id]),
                Some(now) => {
                    let verdict = terminal.word(now.opinion.verdict.word(), &[]);
                    let values = [id, ("verdict", verdict.into()), ("by", now.by.into())];
                    terminal.say("judged-as", &values);
                }
            }
            Ok(())
        }
    }
}

fn list(engine: &Engine, terminal: &Terminal, args: &args::HistoryList) -> anyhow::Result<()> {
    let filter = HistoryFilter {
        product: args.product.clone(),
        defect: args.defect.clone(),
        verdict: args.verdict.map(Verdict::from),
        text: args.text.clone(),
        since: args.since,
        until: args.until,
        action: args.action.map(Into::into),
    };
    let page = terminal.wait(engine, ListInspections { filter, skip: 0, limit: args.top })?;
    if args.json {
        return terminal.json(&page);
    }
    if page.rows.is_empty() {
        terminal.say("history-none", &[]);
        return Ok(());
    }
    let rows: Vec<[String; 7]> = page
        .rows
        .iter()
        .map(|row| {
            let verdict = |verdict: Verdict| terminal.word(verdict.word(), &[]);
            [
                row.id.to_string(),
                row.created_at.clone(),
                row.product.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string),
                row.defect.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string),
                match row.judged {
                    None => verdict(row.verdict),
                    Some(judged) => format!("{} → {}", verdict(row.verdict), verdict(judged)),
                },
                row.image_score.map_or_else(|| "–".to_owned(), |score| format!("{score:.2}")),
                row.file_name().to_owned(),
            ]
        })
        .collect();
    table::print(terminal, &rows);
    let values = [("shown", page.rows.len().into()), ("total", page.total.into())];
    terminal.say("history-shown", &values);
    Ok(())
}
