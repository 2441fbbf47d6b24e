//! Files among the answers.

use utoipa::ToSchema;

/// The bytes of a file.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes answers, which are sent as they are")]
pub(crate) struct Binary(Vec<u8>);
