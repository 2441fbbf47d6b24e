//! Weight files in two formats: `safetensors`, whose tensors are read one by one, and the two pickle formats of
//! `torch.save`, read by a pickle machine that only makes tensors (see [`torch`]). No code of a
//! weight file is ever run.

mod checked_file;
mod pickle;
mod safetensors_file;
pub mod torch;
mod weight_file;

pub(crate) use checked_file::CheckedFile;
pub(crate) use safetensors_file::SafetensorsFiles;
pub(crate) use weight_file::WeightFile;
