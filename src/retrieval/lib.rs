//! Retrieval of similar images and sections: a vector index (FAISS) and the vote of its hits, a
//! keyword index (BM25), and the fusion of both.

pub mod answerability;
pub mod asked_value;
mod atomic_file;
pub mod denial;
mod error;
pub mod exclusion;
pub mod fingerprint;
pub mod fusion;
mod indefinite;
pub mod keyword_index;
pub mod known_words;
pub mod near_duplicates;
pub mod neighbour_distances;
pub mod other_subjects;
pub mod question_words;
pub mod remembered_questions;
pub mod site_words;
pub mod stated_value;
pub mod synthetic;
mod terms;
pub mod vector_index;
pub mod vocabulary;
pub mod vote;

pub use error::{Result, RetrievalError};
