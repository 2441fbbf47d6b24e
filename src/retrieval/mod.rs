//! Finding what resembles: a vector index (FAISS) and what its hits suggest.

mod error;
pub mod vector_index;
pub mod vote;

pub use error::{Result, RetrievalError};
