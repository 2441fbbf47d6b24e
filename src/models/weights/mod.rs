//! Weight files in two formats: `safetensors`, memory-mapped, and the two pickle formats of
//! `torch.save`, read by a pickle machine that only makes tensors (see [`torch`]). No code of a
//! weight file is ever run.

mod pickle;
pub mod torch;
mod weight_file;

pub(crate) use weight_file::WeightFile;
