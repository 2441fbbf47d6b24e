//! One inspection: the part under its heatmap, the nearest normal part, what to do, and a person's
//! judgement.

use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;

use super::layout::{page, text, time, verdict};
use crate::access::caller;
use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::anomaly::deviation_text;
use crate::dto::stage::skip_message;
use crate::dto::verdict::VerdictDto;
use crate::extract::{CallerLanguage, Path, TextForm};
use crate::failure::Failure;
use crate::read_record::read_record;
use fettle_domain::{
    Anomaly, Inspection, InspectionId, Language, Opinion, Report, ReportPart, Stage, Verdict,
};
use fettle_engine::{JudgeInspection, RecordedInspection};
use fettle_i18n::Value;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/parts/{id}", get(part)).route("/parts/{id}/judgement", post(judge))
}

async fn part(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let record = read_record(&state, InspectionId(id)).await?;
    let link = caller().and_then(|caller| caller.link);
    let may_judge = link.is_none() && !state.config().read_only;
    let inspection = &record.inspection;
    let content = html! {
        (banner(&record, language))
        (pictures(id, inspection, link.as_deref(), language))
        @if let Stage::Done(anomaly) = &inspection.anomaly { (score(anomaly, language)) }
        @if may_judge { (judgement(id, &record, language)) }
        @if link.is_some() && !state.config().read_only {
            p {
                (text(language, "web-by-link")) " "
                a href={ "/sign-in?next=/parts/" (id) } { (text(language, "web-sign-in")) }
            }
        }
        (report(&inspection.report, language))
        @if !inspection.notices.is_empty() {
            ul class="notices" { @for notice in &inspection.notices { li { (notice) } } }
        }
        p class="about" {
            (inspection.file_name()) " · " time datetime=(inspection.created_at) { (time(&inspection.created_at)) }
            @if link.is_none() {
                " · " a href={ "/api/v1/inspections/" (id) "/report?form=pdf" } { "PDF" }
            }
        }
    };
    Ok(page(language, &format!("{id}"), &content))
}

/// The machine's verdict and a person's, beside each other.
fn banner(record: &RecordedInspection, language: Language) -> Markup {
    let inspection = &record.inspection;
    let is_ok = record.row.judged.unwrap_or(inspection.verdict) == Verdict::Ok;
    let defect = record.row.defect.as_ref().filter(|_| !is_ok);
    html! {
        section class={ "banner " (inspection.verdict.name()) } {
            h1 {
                (text(language, inspection.verdict.message_id()))
                @if let Some(defect) = defect { " · " (defect) }
            }
            p {
                span class="chip" { (text(language, "web-machine")) ": " (verdict(language, inspection.verdict)) }
                " "
                span class="chip" {
                    (text(language, "web-person")) ": "
                    @match record.row.judged {
                        Some(judged) => (verdict(language, judged)),
                        None => (text(language, "web-not-judged")),
                    }
                }
                @if let Some(product) = &inspection.product { " " span class="chip" { (product) } }
            }
        }
    }
}

fn pictures(id: i64, inspection: &Inspection, link: Option<&str>, language: Language) -> Markup {
    let scored = inspection.anomaly.done();
    let reference = scored.and_then(|anomaly| anomaly.reference.as_ref());
    // A link has no letters that an address would have to quote.
    let link = link.map_or_else(String::new, |link| format!("?link={link}"));
    let address = |kind: &str| format!("/api/v1/inspections/{id}/pictures/{kind}{link}");
    html! {
        div class="pictures" {
            figure {
                div class="stack" {
                    img src=(address("part")) alt=(text(language, "web-part-picture"));
                    @if scored.is_some() {
                        img class="over" id="heatmap" src=(address("overlay")) alt=(text(language, "web-heatmap"));
                    }
                }
                figcaption {
                    (text(language, "web-part-picture"))
                    @if scored.is_some() {
                        label for="opacity" { (text(language, "web-heatmap")) }
                        input id="opacity" type="range" min="0" max="100" value="50" data-fades="heatmap";
                    }
                }
            }
            @if reference.is_some() {
                figure {
                    img src=(address("reference")) alt=(text(language, "web-reference"));
                    figcaption { (text(language, "web-reference")) }
                }
            }
        }
    }
}

fn score(anomaly: &Anomaly, language: Language) -> Markup {
    let values: [(&str, Value); 4] = [
        ("score", anomaly.image_score.into()),
        ("calibrated", anomaly.calibrated().into()),
        ("unsure", anomaly.thresholds.unsure.into()),
        ("threshold", anomaly.thresholds.image.into()),
    ];
    html! {
        p class="score" { (fettle_i18n::text_with(language, "score-against-limits", &values)) }
        @for deviation in &anomaly.deviations {
            p class="notice" { (deviation_text(deviation, language)) }
        }
    }
}

/// Three buttons: the present judgement is marked.
fn judgement(id: i64, record: &RecordedInspection, language: Language) -> Markup {
    html! {
        form class="judgement" method="post" action={ "/parts/" (id) "/judgement" } {
            fieldset {
                legend { (text(language, "web-judge")) }
                @for one in [Verdict::Ok, Verdict::Ng, Verdict::Unsure] {
                    button type="submit" name="verdict" value=(one.name()) class=(one.name())
                        aria-pressed=(if record.row.judged == Some(one) { "true" } else { "false" }) {
                        (text(language, one.message_id()))
                    }
                }
            }
        }
    }
}

fn report(report: &Stage<Report>, language: Language) -> Markup {
    let report = match report {
        Stage::Done(report) => report,
        Stage::Skipped(reason) => return html! { p { (skip_message(reason, language)) } },
        Stage::Failed { message } => return html! { p class="problem" { (message) } },
    };
    let title = |part: ReportPart| match part {
        ReportPart::Situation => "report-situation",
        ReportPart::Causes => "report-causes",
        ReportPart::Actions => "report-actions",
        ReportPart::Prevention => "report-prevention",
        ReportPart::Remarks => "report-remarks",
    };
    html! {
        @for section in &report.sections {
            @if !section.lines.is_empty() {
                h2 { (text(language, title(section.part))) }
                @if section.part == ReportPart::Actions {
                    ol { @for line in &section.lines { li { (line.text) } } }
                } @else {
                    ul { @for line in &section.lines { li { (line.text) } } }
                }
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct Judged {
    verdict: VerdictDto,
}

/// Judges a part; its defect is the one that was found, as in the window.
async fn judge(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    TextForm(judged): TextForm<Judged>,
) -> Result<Redirect, Failure> {
    let inspection = InspectionId(id);
    let record = read_record(&state, inspection).await?;
    let verdict = Verdict::from(judged.verdict);
    let defect = record.row.defect.filter(|_| verdict == Verdict::Ng);
    let note = record.judgement.map(|before| before.opinion.note).unwrap_or_default();
    let opinion = Opinion { verdict, defect, note };
    ask(&state, JudgeInspection { inspection, opinion: Some(opinion) }).await?;
    Ok(Redirect::to(&format!("/parts/{id}")))
}
