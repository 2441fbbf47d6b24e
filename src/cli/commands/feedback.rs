//! `fettle feedback`.

use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{
    FeedbackOpinion, FeedbackSubject, Lesson, LessonDecision, ProductCode, ProductSection, Rating,
};
use fettle_engine::{
    DecideLessons, Engine, ExportFeedback, GiveFeedback, ListFeedback, ListLessons, ListSections,
    OpenInspection, ReviewedLesson, SearchManual,
};

/// Statements that a repeated question shows.
const TOP: usize = 6;

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Feedback,
) -> anyhow::Result<()> {
    match args {
        args::Feedback::Answer { question, rating, product, defect, right, note } => {
            let right = match right {
                Some(right) => Some(section(engine, terminal, product.as_ref(), right)?),
                None => None,
            };
            let request = SearchManual {
                question: question.clone(),
                product: product.clone(),
                defect: defect.clone(),
                top: TOP,
                embed: true,
            };
            let shown = Some(terminal.run(engine, request)?.shown());
            let subject = FeedbackSubject::answer(question, product.clone(), defect.clone());
            let opinion = opinion((*rating).into(), note, right);
            give(engine, terminal, GiveFeedback { subject, shown, opinion })
        }
        args::Feedback::Report { id, rating, right, note } => {
            let right = match right {
                Some(right) => {
                    let opened = terminal.run(engine, OpenInspection(*id))?;
                    let product = opened.inspection.product.as_ref();
                    Some(section(engine, terminal, product, right)?)
                }
                None => None,
            };
            let subject = FeedbackSubject::Report { inspection: *id };
            let opinion = opinion((*rating).into(), note, right);
            give(engine, terminal, GiveFeedback { subject, shown: None, opinion })
        }
        args::Feedback::List { json } => list(engine, terminal, *json),
        args::Feedback::Export { out } => {
            let written = terminal.run(engine, ExportFeedback(out.clone()))?;
            let path = written.path.display().to_string();
            let values = [("rows", written.rows.into()), ("path", path.into())];
            terminal.print_message("feedback-exported", &values);
            Ok(())
        }
        args::Feedback::Review { product, json } => {
            let lessons = terminal.run(engine, ListLessons(product.clone()))?;
            if *json {
                return terminal.print_json(&lessons);
            }
            if lessons.is_empty() {
                terminal.print_message("lessons-none", &[]);
            }
            for lesson in &lessons {
                print_lesson(terminal, lesson);
            }
            Ok(())
        }
        args::Feedback::Accept { ids } => {
            decide(engine, terminal, ids, Some(LessonDecision::Accepted))
        }
        args::Feedback::Refuse { ids } => {
            decide(engine, terminal, ids, Some(LessonDecision::Refused))
        }
        args::Feedback::Reopen { ids } => decide(engine, terminal, ids, None),
    }
}

fn opinion(
    rating: Option<Rating>,
    note: &str,
    right: Option<ProductSection>,
) -> Option<FeedbackOpinion> {
    rating.map(|rating| FeedbackOpinion { rating, note: note.to_owned(), right })
}

/// The section of a product, or of any, with a heading or a defect type's code.
fn section(
    engine: &Engine,
    terminal: &Terminal,
    product: Option<&ProductCode>,
    named: &str,
) -> anyhow::Result<ProductSection> {
    let sections = terminal.run(engine, ListSections(product.cloned()))?;
    let is_named = |section: &&ProductSection| {
        let code = section.defect.as_ref().map(fettle_domain::DefectCode::as_str);
        section.heading == named.trim() || code == Some(named.trim())
    };
    let found: Vec<&ProductSection> = sections.iter().filter(is_named).collect();
    if let [one] = found[..] {
        return Ok(one.clone());
    }
    let headings: Vec<String> = if found.is_empty() { sections.iter().collect() } else { found }
        .iter()
        .map(|section| format!("{}: {}", section.product, section.heading))
        .collect();
    let values = [("named", named.into()), ("sections", headings.join(", ").into())];
    anyhow::bail!(terminal.text("feedback-which-section", &values))
}

fn give(engine: &Engine, terminal: &Terminal, request: GiveFeedback) -> anyhow::Result<()> {
    let given = terminal.run(engine, request)?;
    match given.now {
        None => terminal.print_message("feedback-taken-back", &[]),
        Some(now) => {
            let rating = terminal.text(now.opinion.rating.message_id(), &[]);
            let values = [("rating", rating.into()), ("by", now.by.into())];
            terminal.print_message("feedback-kept", &values);
        }
    }
    Ok(())
}

fn list(engine: &Engine, terminal: &Terminal, json: bool) -> anyhow::Result<()> {
    let all = terminal.run(engine, ListFeedback)?;
    if json {
        return terminal.print_json(&all);
    }
    if all.is_empty() {
        terminal.print_message("feedback-none", &[]);
    }
    for one in &all {
        let about = match &one.subject {
            FeedbackSubject::Answer { question, product, .. } => match product {
                Some(product) => format!("{product}: {question}"),
                None => question.clone(),
            },
            FeedbackSubject::Report { inspection } => {
                terminal.text("feedback-of-report", &[("id", inspection.to_string().into())])
            }
        };
        let rating = terminal.text(one.opinion.rating.message_id(), &[]);
        terminal.print_line(&format!("{}  {}  [{rating}] {about}", one.at, one.by));
        if let Some(right) = &one.opinion.right {
            let heading = format!("{} ({})", right.heading, right.product);
            terminal
                .print_line(&format!("    {}: {heading}", terminal.text("feedback-right", &[])));
        }
        if !one.opinion.note.is_empty() {
            terminal.print_line(&format!("    {}", one.opinion.note));
        }
    }
    Ok(())
}

fn decide(
    engine: &Engine,
    terminal: &Terminal,
    ids: &[String],
    decision: Option<LessonDecision>,
) -> anyhow::Result<()> {
    let decided = terminal.run(engine, DecideLessons { ids: ids.to_vec(), decision })?;
    for lesson in &decided {
        print_lesson(terminal, lesson);
    }
    Ok(())
}

fn print_lesson(terminal: &Terminal, lesson: &ReviewedLesson) {
    let said = match &lesson.lesson {
        Lesson::Word { word, meanings, .. } => {
            let values = [("word", word.clone().into()), ("meanings", meanings.join(", ").into())];
            terminal.text("lesson-word", &values)
        }
        Lesson::Question { question, section } => {
            let heading = section.heading.clone();
            let values = [("question", question.clone().into()), ("heading", heading.into())];
            terminal.text("lesson-question", &values)
        }
        Lesson::Report { defect, section, .. } => {
            let heading = section.heading.clone();
            let values = [("defect", defect.to_string().into()), ("heading", heading.into())];
            terminal.text("lesson-report", &values)
        }
    };
    let state = lesson.decided.as_ref().map_or("lesson-open", |one| one.decision.message_id());
    let state = terminal.text(state, &[]);
    terminal.print_line(&format!("{}  [{state}] {}  {said}", lesson.id, lesson.lesson.product()));
    if matches!(lesson.lesson, Lesson::Word { .. }) {
        for question in &lesson.questions {
            terminal.print_line(&format!("    “{question}”"));
        }
    }
    for inspection in &lesson.inspections {
        let id = [("id", inspection.to_string().into())];
        terminal.print_line(&format!("    {}", terminal.text("feedback-of-report", &id)));
    }
}
