//! What each address asks of its caller. The operations of `/api/v1` say so in their description
//! (`security(("token" = ["operator"]))`), all others in the table here. What says nothing is for
//! administrators.

use std::collections::HashMap;

use axum::http::Method;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, SecurityRequirement};

use fettle_domain::Role;

/// What an address asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    /// Nothing: whoever reaches the server.
    Nothing,
    /// A role.
    Role(Role),
}

/// The name of the way to sign in, in the description.
pub(crate) const SCHEME: &str = "token";

/// Addresses outside of `/api/v1`: the server's own, the pages, and those of the replaced system, with
/// which everybody searched and inspected.
const OTHERS: [(&str, Needed); 46] = {
    const OPEN: Needed = Needed::Nothing;
    const OPERATOR: Needed = Needed::Role(Role::Operator);
    const ENGINEER: Needed = Needed::Role(Role::Engineer);
    [
        ("/livez", OPEN),
        ("/readyz", OPEN),
        ("/metrics", OPERATOR),
        ("/sign-in", OPEN),
        ("/sign-out", OPEN),
        ("/assets/icon.svg", OPEN),
        ("/assets/style.css", OPEN),
        ("/assets/page.js", OPEN),
        ("/docs", OPEN),
        ("/docs/", OPEN),
        ("/docs/{*rest}", OPEN),
        ("/api/v1/openapi.json", OPEN),
        ("/", OPERATOR),
        ("/matching.html", OPERATOR),
        ("/board/parts", OPERATOR),
        ("/board/events", OPERATOR),
        ("/capture", OPERATOR),
        ("/parts/{id}", OPERATOR),
        ("/parts/{id}/judgement", OPERATOR),
        ("/search", OPERATOR),
        ("/search/upload", OPERATOR),
        ("/search/similarity", OPERATOR),
        ("/search/index/status", OPERATOR),
        ("/index/info", OPERATOR),
        ("/build_index", ENGINEER),
        ("/register_defect", ENGINEER),
        ("/defect/stats/{product}/{defect}", OPERATOR),
        ("/defect_config.json", OPERATOR),
        ("/upload/image", OPERATOR),
        ("/upload/list", OPERATOR),
        ("/upload/clean", ENGINEER),
        ("/uploads/clean", ENGINEER),
        ("/upload/file/{name}", ENGINEER),
        ("/health2", OPERATOR),
        ("/api/image/{*path}", OPERATOR),
        ("/anomaly/image/{id}/{file}", OPERATOR),
        ("/vlm/status", OPERATOR),
        ("/detect_anomaly", OPERATOR),
        ("/anomaly/detect", OPERATOR),
        ("/detect_anomaly/upload", OPERATOR),
        ("/generate_manual", OPERATOR),
        ("/generate_manual_advanced", OPERATOR),
        ("/manual/generate", OPERATOR),
        ("/vlm/reload", OPERATOR),
        ("/mapping/status", OPERATOR),
        ("/mapping/reload", OPERATOR),
    ]
};

/// What each address asks of its caller.
#[derive(Debug, Clone, Default)]
pub(crate) struct Permissions {
    operations: HashMap<(String, Method), Needed>,
}

impl Permissions {
    /// Those of the operations that `description` has, below `prefix`.
    pub(crate) fn of(description: &OpenApi, prefix: &str) -> Self {
        let operations = description.paths.paths.iter().flat_map(|(path, item)| {
            operations_of(item).into_iter().map(move |(method, operation)| {
                ((format!("{prefix}{path}"), method), needed_by(operation))
            })
        });
        Self { operations: operations.collect() }
    }

    /// What `method` on the route `path` asks for.
    pub(crate) fn needed(&self, path: &str, method: &Method) -> Needed {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        if let Some(needed) = self.operations.get(&(path.to_owned(), method.clone())) {
            return *needed;
        }
        // Another method of such an address is answered with 405.
        if let Some((_key, needed)) = self.operations.iter().find(|((known, _), _)| known == path) {
            return *needed;
        }
        let other = OTHERS.iter().find(|(known, _needed)| *known == path);
        other.map_or(Needed::Role(Role::Admin), |(_path, needed)| *needed)
    }
}

fn operations_of(item: &PathItem) -> Vec<(Method, &Operation)> {
    let operations = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ];
    operations
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
        .collect()
}

/// The role that an operation's description names.
fn needed_by(operation: &Operation) -> Needed {
    let requirements = operation.security.iter().flatten();
    let role = requirements.filter_map(role_of).max();
    Needed::Role(role.unwrap_or(Role::Admin))
}

fn role_of(requirement: &SecurityRequirement) -> Option<Role> {
    let json = serde_json::to_value(requirement).ok()?;
    Role::from_name(json.get(SCHEME)?.get(0)?.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::described;

    #[test]
    fn what_says_nothing_is_for_administrators() {
        let (_router, description) = described();
        let permissions = Permissions::of(&description, "/api/v1");
        let (get, put, delete) = (Method::GET, Method::PUT, Method::DELETE);
        // Path, method, needed.
        let cases = [
            ("/livez", &get, Needed::Nothing),
            ("/", &Method::HEAD, Needed::Role(Role::Operator)),
            ("/api/v1/inspections/{id}", &get, Needed::Role(Role::Operator)),
            ("/api/v1/inspections/{id}/action", &put, Needed::Role(Role::Supervisor)),
            ("/api/v1/images/{id}", &delete, Needed::Role(Role::Engineer)),
            ("/detect_anomaly", &Method::POST, Needed::Role(Role::Operator)),
            ("/register_defect", &Method::POST, Needed::Role(Role::Engineer)),
            ("/somewhere/else", &get, Needed::Role(Role::Admin)),
            ("/api/v1/inspections/{id}", &delete, Needed::Role(Role::Operator)),
        ];
        for (path, method, needed) in cases {
            assert_eq!(permissions.needed(path, method), needed, "{method} {path}");
        }
    }
}
