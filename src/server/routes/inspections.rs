//! Inspecting, listing and reading.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::{actor, ask};
use crate::dto::inspection::{InspectionDto, NewInspection, Wait};
use crate::dto::inspection_list::{InspectionList, InspectionQuery};
use crate::dto::job::Job;
use crate::extract::{CallerLanguage, FormBody, Path, Query, product_code, within};
use crate::failure::Failure;
use crate::idempotency::cut_off_since;
use crate::job_board::Outcome;
use crate::problem::Problem;
use crate::read_record::read_record;
use crate::upload::{Form, UploadedFile};
use fettle_domain::{
    ActionState, HistoryCursor, HistoryFilter, InspectionId, Language, ProductCode, ReviewState,
    Verdict,
};
use fettle_engine::{Inspect, InspectAgain, PageInspections};

/// Seconds that a caller waits for the result, by default.
const WAIT_S: u32 = 30;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(read))
}

/// Inspects a picture: similar defects, anomaly, manual, report, record.
#[utoipa::path(
    post,
    path = "/inspections",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(Wait),
    request_body(content = NewInspection, content_type = "multipart/form-data"),
    responses(
        (status = CREATED, description = "The result", body = InspectionDto,
         headers(("Location" = String, description = "Where the result is"))),
        (status = ACCEPTED, description = "It takes longer than the caller waits", body = Job,
         headers(("Location" = String, description = "Where the job is"))),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not a form", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "No picture that is read", body = Problem, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, description = "Too many wait", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn create(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Query(wait): Query<Wait>,
    FormBody(body): FormBody,
) -> Result<Response, Failure> {
    let patience = Duration::from_secs(within("wait", wait.wait, WAIT_S, 0..=300)? as u64);
    let mut form = Form::read_only(&state, body, &["image", "product", "model"]).await?;
    let image = form.file("image")?;
    let product = form.text("product").map(product_code).transpose()?;
    let with_llm = form.value("model", "expected-bool")?.unwrap_or(false);
    match inspect_upload(&state, language, (image, product, with_llm), patience).await? {
        Inspected::Done(id) => {
            let record = read_record(&state, id).await?;
            let location = format!("/api/v1/inspections/{id}");
            let result = InspectionDto::of(&record, language);
            Ok((StatusCode::CREATED, [(LOCATION, location)], axum::Json(result)).into_response())
        }
        Inspected::Later(job) => {
            let location: [(HeaderName, String); 1] =
                [(LOCATION, format!("/api/v1/jobs/{}", job.id))];
            Ok((StatusCode::ACCEPTED, location, axum::Json(*job)).into_response())
        }
    }
}

/// How an inspection came back to its caller.
pub(crate) enum Inspected {
    /// It is recorded under this number.
    Done(InspectionId),
    /// It goes on.
    Later(Box<Job>),
}

/// Inspects an uploaded file. A caller who goes away while waiting cancels the inspection; one whose
/// patience ends does not.
pub(crate) async fn inspect_upload(
    state: &AppState,
    language: Language,
    (image, product, with_llm): (UploadedFile, Option<ProductCode>, bool),
    patience: Duration,
) -> Result<Inspected, Failure> {
    let place = state.queue.enter()?;
    let actor = actor(state);
    let ticket = state.jobs.enter("inspect", &actor);
    let followed = std::sync::Arc::clone(&ticket);
    let (end, ended) = tokio::sync::oneshot::channel();
    let (shared, since) = (state.clone(), cut_off_since());
    let work = async move {
        let turn = tokio::select! {
            turn = place.turn() => turn,
            () = followed.cancelled() => None,
        };
        let answer = match turn {
            None => Err(Failure::Engine(fettle_engine::EngineError::Cancelled)),
            Some(_turn) => {
                let path = image.path.clone();
                let inspect = Inspect { image: path, product, with_llm, out: None };
                let as_caller = (shared.engine(), actor);
                match since {
                    Some(since) => {
                        followed.follow(as_caller, InspectAgain { inspect, since }).await
                    }
                    None => followed.follow(as_caller, inspect).await,
                }
            }
        };
        // The file is no longer needed: the library has a copy.
        drop(image);
        let recorded = answer.and_then(|answer| {
            let id = answer.inspection.id;
            let id = id.ok_or_else(|| Failure::NotKept(answer.not_kept.join(" ")))?;
            if !answer.recorded_before {
                shared.metrics.inspected(&answer.inspection);
            }
            Ok(id)
        });
        if let Ok(id) = &recorded {
            // Nobody may be watching the board.
            let _unheard = shared.recorded.send(*id);
        }
        let outcome = |id: &InspectionId| Outcome {
            resource: Some(format!("/api/v1/inspections/{id}")),
            result: None,
        };
        followed.end(shared.paths(), language, recorded.as_ref().map(outcome));
        let _gone = end.send(recorded);
    };
    tokio::spawn(work.in_current_span());
    if patience.is_zero() {
        return Ok(Inspected::Later(Box::new(ticket.job())));
    }
    let guard = CancelTicket(Some(std::sync::Arc::clone(&ticket)));
    let Ok(found) = tokio::time::timeout(patience, ended).await else {
        guard.release();
        return Ok(Inspected::Later(Box::new(ticket.job())));
    };
    guard.release();
    found.unwrap_or(Err(Failure::Stopping)).map(Inspected::Done)
}

/// Cancels the job of a caller who went away.
struct CancelTicket(Option<std::sync::Arc<crate::job_board::Ticket>>);

impl CancelTicket {
    fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelTicket {
    fn drop(&mut self) {
        if let Some(ticket) = &self.0 {
            ticket.cancel();
        }
    }
}

/// Lists inspections, the newest first.
#[utoipa::path(
    get,
    path = "/inspections",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(InspectionQuery),
    responses(
        (status = OK, description = "A page", body = InspectionList),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(
    State(state): State<AppState>,
    Query(query): Query<InspectionQuery>,
) -> Result<axum::Json<InspectionList>, Failure> {
    let (limit, filter) = (page_size(&query)?, filter(&query)?);
    let cursor = query.cursor.as_deref().map(read_cursor).transpose()?;
    let page = ask(&state, PageInspections { filter, cursor, limit }).await?;
    Ok(axum::Json(InspectionList::of(&page, |next| {
        let cursor = Some(cursor_text(next));
        address(&InspectionQuery { cursor, ..query })
    })))
}

/// How many inspections a page has.
fn page_size(query: &InspectionQuery) -> Result<usize, Failure> {
    within("limit", query.limit, 50, 1..=500)
}

/// A cursor as callers pass it on.
fn cursor_text(cursor: HistoryCursor) -> String {
    let HistoryCursor { after_ms, after, as_of } = cursor;
    format!("{after_ms}.{after}.{as_of}")
}

fn read_cursor(text: &str) -> Result<HistoryCursor, Failure> {
    let numbers: Option<Vec<i64>> = text.split('.').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[after_ms, after, as_of]) => {
            let (after, as_of) = (InspectionId(after), InspectionId(as_of));
            Ok(HistoryCursor { after_ms, after, as_of })
        }
        _ => Err(Failure::BadValue { field: "cursor", expected: "expected-cursor" }),
    }
}

/// The address of the list with this query.
fn address(query: &InspectionQuery) -> String {
    let value = serde_json::to_value(query).unwrap_or_default();
    let pairs: Vec<String> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}={}", percent_encoded(&text))
        })
        .collect();
    format!("/api/v1/inspections?{}", pairs.join("&"))
}

/// `text` as a part of a query (RFC 3986, 2.1): all but unreserved characters as `%XX`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The filter of History that a query names, once all of the query makes sense.
pub(super) fn filter(query: &InspectionQuery) -> Result<HistoryFilter, Failure> {
    page_size(query)?;
    let time = |field: &'static str, text: &Option<String>| {
        let bad = |_| Failure::BadValue { field, expected: "expected-time" };
        text.as_deref().map(|text| text.parse().map_err(bad)).transpose()
    };
    Ok(HistoryFilter {
        product: query.product.as_deref().map(product_code).transpose()?,
        defect: query.defect.as_deref().map(crate::extract::defect_code).transpose()?,
        verdict: query.verdict.map(Verdict::from),
        text: query.text.clone().unwrap_or_default(),
        since: time("since", &query.since)?,
        until: time("until", &query.until)?,
        hours: None,
        action: query.action.map(ActionState::from),
        review: query.review.map(ReviewState::from),
        repeated: query.repeated.unwrap_or(false),
    })
}

/// Reads an inspection: the whole result as recorded.
#[utoipa::path(
    get,
    path = "/inspections/{id}",
    tag = "inspections",
    security(("token" = ["operator"])),
    params(("id" = i64, Path, description = "Its number", minimum = 1)),
    responses(
        (status = OK, description = "The result", body = InspectionDto),
        (status = NOT_FOUND, description = "No such inspection", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn read(
    State(state): State<AppState>,
    CallerLanguage(language): CallerLanguage,
    Path(id): Path<i64>,
) -> Result<axum::Json<InspectionDto>, Failure> {
    let record = read_record(&state, InspectionId(id)).await?;
    Ok(axum::Json(InspectionDto::of(&record, language)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_written() {
        let (after, as_of) = (InspectionId(50), InspectionId(1234));
        let cursor = HistoryCursor { after_ms: -7, after, as_of };
        assert_eq!(cursor_text(cursor), "-7.50.1234");
        assert_eq!(read_cursor("-7.50.1234").unwrap(), cursor);
        for bad in ["", "50", "..", "1.3", "1.x.3", "1.2.3.4", "99999999999999999999.1.1"] {
            assert!(read_cursor(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_next_page_has_the_same_filter() {
        let query = InspectionQuery {
            product: Some("가죽 1".into()),
            limit: Some(20),
            cursor: Some("7.20.41".into()),
            ..InspectionQuery::default()
        };
        assert_eq!(
            address(&query),
            "/api/v1/inspections?cursor=7.20.41&limit=20&product=%EA%B0%80%EC%A3%BD%201"
        );
    }
}
