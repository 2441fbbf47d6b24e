//! Who sends the request at hand.

use std::future::Future;

use fettle_domain::{Actor, Role, Via};

/// Who sends a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The name that stands in the audit trail, and the role.
    pub(crate) actor: Actor,
    /// Whether a token said who it is.
    pub(crate) has_token: bool,
    /// What opens one inspection, where nothing else lets the caller in.
    pub(crate) link: Option<String>,
}

impl Caller {
    /// Whoever opens an inspection by a link.
    pub(super) fn by_link(link: String) -> Self {
        Self {
            // To read is the least that anybody may.
            actor: Actor { name: "link".to_owned(), via: Via::Server, role: Role::Operator },
            has_token: false,
            link: Some(link),
        }
    }
}

tokio::task_local! {
    /// The layer sets it for as long as a request is answered; `ask` and `begin_job` read it, so that no
    /// handler can forget whose change it makes.
    static CALLER: Caller;
}

/// Answers `work` as `caller`'s.
pub(crate) fn as_caller<F: Future>(caller: Caller, work: F) -> impl Future<Output = F::Output> {
    CALLER.scope(caller, work)
}

/// Who sends the request that this task answers; `None` outside of a request, and in tasks that were
/// spawned without [`as_caller`].
pub(crate) fn caller() -> Option<Caller> {
    CALLER.try_with(Clone::clone).ok()
}
