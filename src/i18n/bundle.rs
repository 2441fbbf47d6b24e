//! The messages of one language.

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;

/// The messages of one language.
pub(crate) type Bundle = FluentBundle<FluentResource>;
