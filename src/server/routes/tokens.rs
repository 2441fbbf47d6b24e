//! Access tokens, for administrators.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::ask_engine::ask;
use crate::dto::access::{NewTokenDto, SecretTokenDto, TokenDto, TokenList};
use crate::extract::{Json, Path};
use crate::failure::Failure;
use crate::problem::Problem;
use fettle_engine::{AddToken, ListTokens, RevokeToken};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, give)).routes(routes!(revoke))
}

/// Lists the tokens that were ever given, without their secrets.
#[utoipa::path(
    get,
    path = "/tokens",
    tag = "access",
    security(("token" = ["admin"])),
    responses((status = OK, description = "The tokens", body = TokenList))
)]
async fn list(State(state): State<AppState>) -> Result<axum::Json<TokenList>, Failure> {
    let tokens = ask(&state, ListTokens).await?;
    Ok(axum::Json(TokenList { tokens: tokens.into_iter().map(TokenDto::from).collect() }))
}

/// Gives a token. The answer is the only one that has its secret.
#[utoipa::path(
    post,
    path = "/tokens",
    tag = "access",
    security(("token" = ["admin"])),
    request_body = NewTokenDto,
    responses(
        (status = CREATED, description = "The token", body = SecretTokenDto),
        (status = BAD_REQUEST, description = "Not readable", body = Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "A token of this name is in force", body = Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "A value makes no sense", body = Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn give(
    State(state): State<AppState>,
    Json(given): Json<NewTokenDto>,
) -> Result<(StatusCode, axum::Json<SecretTokenDto>), Failure> {
    let request = AddToken { name: given.name, role: given.role.into(), days: given.days };
    let made = ask(&state, request).await?;
    state.tokens.forget().await;
    let answer = SecretTokenDto { token: made.token.into(), secret: made.secret };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

/// Revokes a token: it is not accepted any more.
#[utoipa::path(
    delete,
    path = "/tokens/{name}",
    tag = "access",
    security(("token" = ["admin"])),
    params(("name" = String, Path, description = "The name that it was given to")),
    responses(
        (status = NO_CONTENT, description = "It is not accepted any more"),
        (status = NOT_FOUND, description = "No token of this name is in force", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn revoke(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    ask(&state, RevokeToken(name)).await?;
    state.tokens.forget().await;
    Ok(StatusCode::NO_CONTENT)
}
