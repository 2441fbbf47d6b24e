//! The index of known defects: building and searching.

pub(crate) mod build_index;
mod crop;
mod entry_ids;
pub(crate) mod index_info;
pub(crate) mod neighbours;
mod paths;
mod search;
mod text_search;

pub use build_index::{BuildIndex, BuiltIndex};
pub use index_info::{IndexInfo, IndexState};
pub use neighbours::SearchFilter;
pub use search::{Query, Search};
pub use text_search::{FindTextSearchModel, TextSearchModel};
