//! Linear layers over weights in GGML's quantised blocks.

mod compact;
mod dequantized;
mod linear;
mod q5_0;

pub use linear::QuantizedLinear;
