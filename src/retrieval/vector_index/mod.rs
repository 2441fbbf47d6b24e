//! Index of unit vectors by id: FAISS, inner product.
//!
//! A small index compares a query with all vectors (flat, exact). A large index is partitioned into
//! cells and searches the cells nearest to the query (inverted file; Jégou et al., "Product
//! Quantization for Nearest Neighbor Search", 2011, without the quantisation). An inverted file
//! and not HNSW, because vectors are removed, too: FAISS's HNSW cannot.
//!
//! The index can be rebuilt from the library and carries the id of the model that made its vectors.

mod faiss_index;
mod file;
mod index;
mod ivf;
mod neighbours;
mod slots;
#[cfg(test)]
mod tests;

pub use index::VectorIndex;
