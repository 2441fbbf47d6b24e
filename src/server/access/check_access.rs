//! The layer that lets a request pass or not.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::caller::{Caller, as_caller};
use super::linked::take_link;
use super::permissions::{Needed, Permissions};
use super::presented::{forget_cookie, presented};
use crate::app_state::AppState;
use crate::failure::Failure;
use crate::wants_page::wants_page;
use fettle_domain::{Actor, InspectionId, Role, Via};

/// Lets a request pass whose caller has the role that its address asks for, and answers it as that
/// caller's. Browsers that show a page are sent to sign in.
pub(crate) async fn check_access(
    State((state, permissions)): State<(AppState, Arc<Permissions>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let needed = match request.extensions().get::<MatchedPath>() {
        Some(path) => permissions.needed(path.as_str(), request.method()),
        // Nothing is there, which anybody may be told.
        None => Needed::Nothing,
    };
    // Whether the server lives, and how to sign in, is answered whatever the engine is busy with.
    let Needed::Role(needed) = needed else { return next.run(request).await };
    let (token, address) = (presented(request.headers()), address_of(&request));
    if let Some((inspection, link)) = take_link(&mut request)
        && !is_in_force(&state, token.as_deref()).await
    {
        return match check_link(&state, inspection, &link, address) {
            Ok(()) => as_caller(Caller::by_link(link), next.run(request)).await,
            Err(failure) => failure.into_response(),
        };
    }
    match identify(&state, token, address).await {
        Ok(caller) if caller.actor.role < needed => {
            Failure::RoleTooLow { needed, has: caller.actor.role }.into_response()
        }
        Ok(caller) => as_caller(caller, next.run(request)).await,
        Err(Failure::NoToken | Failure::BadToken) if is_page(&request) => sign_in_first(&request),
        Err(failure) => failure.into_response(),
    }
}

/// Sends a browser to sign in and then back to the page. A cookie that is not accepted any more goes: it
/// would be counted as a wrong token with each picture.
fn sign_in_first(request: &Request) -> Response {
    let page = request.uri().path_and_query().map_or("/", |page| page.as_str());
    let next: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
    let headers =
        [(LOCATION, format!("/sign-in?next={next}")), (SET_COOKIE, forget_cookie().to_string())];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Who sends a request with this token from this address.
async fn identify(
    state: &AppState,
    token: Option<String>,
    address: IpAddr,
) -> Result<Caller, Failure> {
    let tokens = state.tokens.tokens(state.engine()).await?;
    let now = jiff::Timestamp::now();
    let Some(token) = token else {
        // On this machine alone, and nobody was given a token: this machine's user, as who is signed in at the
        // window is not who calls.
        let is_open = state.config().is_local() && tokens.none_was_given();
        let name = state.engine().machine_user().to_owned();
        let actor = Actor { name, via: Via::Server, role: Role::Engineer };
        let user = Caller { actor, has_token: false, link: None };
        return is_open.then_some(user).ok_or(Failure::NoToken);
    };
    match tokens.find(&token, now) {
        Some(token) => {
            let actor = Actor { name: token.name.clone(), via: Via::Server, role: token.role };
            Ok(Caller { actor, has_token: true, link: None })
        }
        None => Err(counted(state, address, Failure::BadToken)),
    }
}

/// Whether the request carries a token that is in force: then its bearer's role says more than a link.
async fn is_in_force(state: &AppState, token: Option<&str>) -> bool {
    let Some(token) = token else { return false };
    let tokens = state.tokens.tokens(state.engine()).await;
    tokens.is_ok_and(|tokens| tokens.find(token, jiff::Timestamp::now()).is_some())
}

/// Whether `link` opens `inspection` now.
fn check_link(
    state: &AppState,
    inspection: InspectionId,
    link: &str,
    address: IpAddr,
) -> Result<(), Failure> {
    let checked = state.links().check(inspection, link, jiff::Timestamp::now());
    checked.map_err(|failure| counted(state, address, failure))
}

/// `failure`, unless too many came from this address.
pub(crate) fn counted(state: &AppState, address: IpAddr, failure: Failure) -> Failure {
    match state.attempts.count(address) {
        Ok(()) => failure,
        Err(retry_after_s) => Failure::TooManyFailures { retry_after_s },
    }
}

/// The address that `request` came from.
fn address_of(request: &Request) -> IpAddr {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    address.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| address.ip())
}

/// Whether a browser asks for a page to show.
fn is_page(request: &Request) -> bool {
    request.method() == Method::GET && wants_page(request)
}
