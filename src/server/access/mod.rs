//! Who calls, and what they may do. `caller.rs` knows who sends the request at hand, `permissions.rs` what
//! each address asks for, `token_cache.rs` the tokens in force; the layer here brings them together
//! before anything else looks at the request.

mod attempts;
mod caller;
mod check_access;
mod linked;
mod permissions;
mod presented;
mod token_cache;

pub(crate) use attempts::Attempts;
pub(crate) use caller::caller;
pub(crate) use check_access::{check_access, counted};
pub(crate) use permissions::{Permissions, SCHEME};
pub(crate) use presented::{forget_cookie, token_cookie};
pub(crate) use token_cache::TokenCache;
