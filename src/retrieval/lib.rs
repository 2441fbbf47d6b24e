//! Finding what resembles: a vector index (FAISS) and what its hits suggest, an index of words
//! (BM25), and the fusion of both.

mod error;
pub mod fingerprint;
pub mod fusion;
pub mod keyword_index;
pub mod sample;
pub mod spread;
mod terms;
pub mod twins;
pub mod vector_index;
pub mod vocabulary;
pub mod vote;
mod whole_file;

pub use error::{Result, RetrievalError};
