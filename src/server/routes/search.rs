//! Search for known defects by a picture or by words.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::search::{PictureSearch, SimilarDefects, WordSearch};
use crate::extract::{FormBody, Query, defect_code, product_code, within};
use crate::failure::Failure;
use crate::problem::Problem;
use crate::upload::Form;
use fettle_engine::{Query as SearchQuery, Search, SearchFilter};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(by_words, by_picture))
}

/// Finds known defects that words describe.
#[utoipa::path(
    get,
    path = "/search",
    tag = "search",
    security(("token" = ["operator"])),
    params(WordSearch),
    responses(
        (status = OK, description = "Known defects", body = SimilarDefects),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "No index, or a model without words", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn by_words(
    State(state): State<AppState>,
    Query(query): Query<WordSearch>,
) -> Result<axum::Json<SimilarDefects>, Failure> {
    if query.words.trim().is_empty() {
        return Err(Failure::MissingField("words"));
    }
    let request = Search {
        query: SearchQuery::Words(query.words),
        top: within("top", query.top, 5, 1..=50)?,
        filter: filter(query.product.as_deref(), query.defect.as_deref())?,
    };
    Ok(axum::Json((&ask(&state, request).await?).into()))
}

/// Finds known defects that look like a picture.
#[utoipa::path(
    post,
    path = "/search",
    tag = "search",
    security(("token" = ["operator"])),
    request_body(content = PictureSearch, content_type = "multipart/form-data"),
    responses(
        (status = OK, description = "Known defects", body = SimilarDefects),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = NOT_FOUND, description = "No such product", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "No index", body = Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "No picture that is read", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not a form", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn by_picture(
    State(state): State<AppState>,
    FormBody(body): FormBody,
) -> Result<axum::Json<SimilarDefects>, Failure> {
    let mut form = Form::read_only(&state, body, &["image", "product", "defect", "top"]).await?;
    let image = form.file("image")?;
    let top = form.value("top", "expected-within-bounds")?;
    let request = Search {
        query: SearchQuery::Picture(image.path.clone()),
        top: within("top", top, 5, 1..=50)?,
        filter: filter(form.text("product"), form.text("defect"))?,
    };
    Ok(axum::Json((&ask(&state, request).await?).into()))
}

fn filter(product: Option<&str>, defect: Option<&str>) -> Result<SearchFilter, Failure> {
    Ok(SearchFilter {
        product: product.map(product_code).transpose()?,
        defect: defect.map(defect_code).transpose()?,
    })
}
