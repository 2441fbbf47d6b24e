//! JPEG: which kinds of it are read, whether every row is there, and how strongly it was compressed.
//!
//! The pixels come from `zune-jpeg` (by way of `image`), which fills what is missing with grey and
//! says nothing: its strict mode looks for missing data once a row of blocks, not after the last one,
//! and neither compares the numbers of restart markers nor counts the scans of a progressive file. No
//! other kept decoder tells either. [`completeness`] therefore reads the entropy-coded data once more,
//! without computing pixels, and counts.

mod bits;
mod completeness;
mod frame;
mod huffman;
mod progressive;
mod quality;
mod segments;

pub(super) use completeness::coded_data;
pub(super) use frame::read_kind;

#[cfg(test)]
mod tests;
