//! Pickle machine that makes plain values and descriptions of tensors, and nothing else.
//!
//! A pickle is a program, and Python's machine may import and call any name. This machine has the
//! opcodes that `torch.save` writes for a dictionary of tensors, and four known names. It does not
//! call a name but describes as data what the call would build. Any other name is an error with
//! that name.
//!
//! Opcodes: the comments of Python's `pickletools.py`. Memory use is proportional to the file: each
//! opcode makes at most one value, values refer to each other by position in an arena (so that
//! dropping a deeply nested pickle cannot overflow the stack), and a tensor has at most
//! [`value::MAX_DIMS`] dimensions.

mod error;
mod machine;
#[cfg(test)]
mod tests;
mod value;

pub(super) use error::PickleError;
pub(super) use machine::read;
pub(super) use value::{ElementType, Pickle, StorageRef, TensorRef, Value};
